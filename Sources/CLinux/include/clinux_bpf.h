// What the lease needs of bpf(2), which the C library does not wrap: maps, a page of one of them, programs. The kernel's
// structures are mirrored up to the last member that is used; it takes the rest for zero. Every function returns -1 with errno
// set on failure, unless told otherwise.
#ifndef CLINUX_BPF_H
#define CLINUX_BPF_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __cplusplus
extern "C" {
#endif

// A new map: BPF_MAP_TYPE_HASH is 1, BPF_MAP_TYPE_ARRAY 2; BPF_F_NO_PREALLOC is 0x1, BPF_F_MMAPABLE 0x400. Names have at
// most 15 bytes. Closed on exec, as all that bpf(2) opens.
static inline int clinux_bpf_map(uint32_t type, uint32_t key, uint32_t value, uint32_t entries, uint32_t flags,
                                 const char *name) {
    struct { uint32_t type, key, value, entries, flags, inner, node; char name[16]; } request;
    memset(&request, 0, sizeof request);
    request.type = type;
    request.key = key;
    request.value = value;
    request.entries = entries;
    request.flags = flags;
    strncpy(request.name, name, sizeof request.name - 1);
    return (int)syscall(SYS_bpf, 0 /* BPF_MAP_CREATE */, &request, sizeof request);
}

// The memory of an array with BPF_F_MMAPABLE, shared with the kernel; MAP_FAILED on failure.
static inline void *clinux_bpf_memory(int map, size_t length) {
    return mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
}

// Puts a key with the value of one byte, 1, into a map that has such values; one that is there stays.
static inline int clinux_bpf_put(int map, const uint8_t *key) {
    const uint8_t value = 1;
    struct { uint32_t map, padding; uint64_t key, value, flags; } request;
    memset(&request, 0, sizeof request);
    request.map = (uint32_t)map;
    request.key = (uintptr_t)key;
    request.value = (uintptr_t)&value;
    return (int)syscall(SYS_bpf, 2 /* BPF_MAP_UPDATE_ELEM */, &request, sizeof request);
}

// Takes a key out of a map; ENOENT when it is not there.
static inline int clinux_bpf_remove(int map, const uint8_t *key) {
    struct { uint32_t map, padding; uint64_t key; } request;
    memset(&request, 0, sizeof request);
    request.map = (uint32_t)map;
    request.key = (uintptr_t)key;
    return (int)syscall(SYS_bpf, 3 /* BPF_MAP_DELETE_ELEM */, &request, sizeof request);
}

// Loads a classifier (BPF_PROG_TYPE_SCHED_CLS) of so many instructions, 8 bytes each. With `log`, the verifier writes there
// what it thinks of it, as text.
static inline int clinux_bpf_classifier(const void *instructions, uint32_t count, const char *license, const char *name,
                                        char *log, uint32_t length) {
    struct {
        uint32_t type, count;
        uint64_t instructions, license;
        uint32_t log_level, log_length;
        uint64_t log;
        uint32_t version, flags;
        char name[16];
    } request;
    memset(&request, 0, sizeof request);
    request.type = 3;
    request.count = count;
    request.instructions = (uintptr_t)instructions;
    request.license = (uintptr_t)license;
    request.log_level = log != NULL;
    request.log_length = log != NULL ? length : 0;
    request.log = (uintptr_t)log;
    strncpy(request.name, name, sizeof request.name - 1);
    return (int)syscall(SYS_bpf, 5 /* BPF_PROG_LOAD */, &request, sizeof request);
}

// The number under which the kernel knows a program (struct bpf_prog_info), 0 on failure: none has it.
static inline uint32_t clinux_bpf_program_number(int program) {
    struct { uint32_t type, number; } answer;
    struct { uint32_t program, length; uint64_t answer; } request;
    memset(&answer, 0, sizeof answer);
    memset(&request, 0, sizeof request);
    request.program = (uint32_t)program;
    request.length = sizeof answer;
    request.answer = (uintptr_t)&answer;
    return syscall(SYS_bpf, 15 /* BPF_OBJ_GET_INFO_BY_FD */, &request, sizeof request) < 0 ? 0 : answer.number;
}

// A word of such memory, in one piece: a program on another processor sees the old value or the new one. What was written
// before a word is seen before it.
static inline void clinux_bpf_store(uint64_t *word, uint64_t value) { __atomic_store_n(word, value, __ATOMIC_RELEASE); }
static inline uint64_t clinux_bpf_read(const uint64_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }

#ifdef __cplusplus
}
#endif
#endif
