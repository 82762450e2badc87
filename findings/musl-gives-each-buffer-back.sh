#!/bin/bash
# In a static musl program, every buffer of 32 KB and more comes from the kernel and goes back to it, every time.
#
# Guess: malloc asks the kernel for blocks above 128 KB, as musl's source suggests, and keeps smaller ones for reuse.
# Truth: a buffer of 32 KB that is used and freed for each event is unmapped with each free, so the next use faults in
# all of its pages again, even while twenty other buffers of its size are in use. A buffer of 24 KB costs one page
# fault, smaller ones less. glibc reuses all of them, up to 100 KB and more.
# So: a handler that allocates its buffers for each event pays system calls and page faults for each. Keep a buffer
# between events, or use an allocator that keeps what it has.
. "$(dirname "$0")/lib.sh"

need gcc apt-get dpkg-deb
MUSL=1.2.3-1
apt-get download "musl-dev=$MUSL" >/dev/null 2>&1 || { echo "left out: apt-get has no musl-dev=$MUSL (try apt-get update)"; exit "$LEFT_OUT"; }
dpkg-deb -x musl-dev_*.deb musl
echo "packages: musl-dev $MUSL, $(ldd --version | head -n 1)"

cat >buffer.c <<'C'
// Allocates and frees a buffer of SIZE bytes 1,000 times while HELD others are in use; prints the page faults of a round.
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static long faults(void) {
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage)) exit(1);
    return usage.ru_minflt;
}

int main(int words, char **word) {
    if (words != 3) return 2;
    size_t size = atol(word[1]);
    for (int held = atoi(word[2]); held > 0; held--) *(volatile char *)malloc(size) = 1;
    long begin = faults();
    for (int round = 0; round < 1000; round++) {
        volatile char *buffer = malloc(size);
        for (size_t at = 0; at < size; at += 4096) buffer[at] = 1;
        free((void *)buffer);
    }
    printf("%.0f\n", (faults() - begin) / 1000.0);
}
C

gcc -O1 buffer.c -o glibc
LIB=musl/usr/lib/x86_64-linux-musl
gcc -O1 -nostdinc -isystem musl/usr/include/x86_64-linux-musl -nostdlib -static -no-pie \
    "$LIB/crt1.o" "$LIB/crti.o" buffer.c "$LIB/libc.a" -lgcc "$LIB/crtn.o" -o musl-static

for held in 0 20; do
    expect "faults a round, $held others in use: glibc 24,000; 32,000; 100,000 bytes" \
        "$(./glibc 24000 $held) $(./glibc 32000 $held) $(./glibc 100000 $held)" "0 0 0"
    expect "faults a round, $held others in use: musl 24,000; 32,000; 100,000 bytes" \
        "$(./musl-static 24000 $held) $(./musl-static 32000 $held) $(./musl-static 100000 $held)" "1 9 26"
done
