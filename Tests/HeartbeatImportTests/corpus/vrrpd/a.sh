#!/bin/sh
# The gateway.
vrrpd -i eth0 -v 50 -p 120 -d 1 -n -a pw/0x736563726574 192.0.2.1 &
vrrpd -i eth1 -v 51 -p 120 -s 198.51.100.1/28
