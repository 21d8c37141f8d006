#!/bin/sh
/usr/sbin/vrrpd -i eth0 -v 50 -p 100 -d 1 -n 192.0.2.1 &
/usr/sbin/vrrpd -i eth1 -v 51 -p 100 -s 198.51.100.1/28
