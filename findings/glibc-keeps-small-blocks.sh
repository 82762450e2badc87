#!/bin/bash
# glibc keeps all memory of small blocks that were freed, until the program asks for one block of a kilobyte or more.
#
# Guess: when everything is freed, the heap's end is free, and free() gives it back to the system.
# Truth: after a million blocks of 24 bytes are freed, the system gets nothing back, and the same goes for any size up
# to 120 bytes; with blocks of 128 bytes and more, it gets nearly everything back. One malloc(5000) afterwards returns
# the 31 MB: only such a request makes glibc merge its small free blocks. musl returns the memory without that.
# So: a function on glibc (Python, Node, a Rust program that is not built for musl) that handles one huge document and
# then only small ones stays at its highest memory, which the platform shows as used and compares with the instance's
# limit.
. "$(dirname "$0")/lib.sh"

need gcc apt-get dpkg-deb
MUSL=1.2.3-1
apt-get download "musl-dev=$MUSL" >/dev/null 2>&1 || { echo "left out: apt-get has no musl-dev=$MUSL (try apt-get update)"; exit "$LEFT_OUT"; }
dpkg-deb -x musl-dev_*.deb musl
echo "packages: musl-dev $MUSL, $(ldd --version | head -n 1)"

cat >blocks.c <<'C'
// Prints how many percent of the memory that COUNT blocks of SIZE bytes took are still held after all were freed, and
// after one block of 5,000 bytes more.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *blocks[1000000];

static long pages(void) {
    long all = 0, resident = 0;
    char text[100];
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || !fgets(text, sizeof text, file) || sscanf(text, "%ld %ld", &all, &resident) != 2) exit(1);
    fclose(file);
    return resident;
}

static const char *held(long begin, long peak) {
    long percent = (pages() - begin) * 100 / (peak - begin);
    return percent > 90 ? "all" : percent < 10 ? "little" : "some";
}

int main(int words, char **word) {
    if (words != 3) return 2;
    size_t size = atol(word[1]);
    int count = atoi(word[2]);
    memset(blocks, 1, sizeof blocks);
    pages();
    long begin = pages();
    for (int i = 0; i < count; i++) memset(blocks[i] = malloc(size), 1, size);
    long peak = pages();
    for (int i = 0; i < count; i++) free(blocks[i]);
    printf("%s held, ", held(begin, peak));
    void *volatile large = malloc(5000);
    free(large);
    printf("then %s held\n", held(begin, peak));
}
C
gcc -O1 -w blocks.c -o glibc
LIB=musl/usr/lib/x86_64-linux-musl
gcc -O1 -w -nostdinc -isystem musl/usr/include/x86_64-linux-musl -nostdlib -static -no-pie \
    "$LIB/crt1.o" "$LIB/crti.o" blocks.c "$LIB/libc.a" -lgcc "$LIB/crtn.o" -o musl-static

expect "glibc, 1,000,000 blocks of 24 bytes" "$(./glibc 24 1000000)" "all held, then little held"
expect "glibc, 300,000 blocks of 120 bytes" "$(./glibc 120 300000)" "all held, then little held"
expect "glibc, 300,000 blocks of 128 bytes" "$(./glibc 128 300000)" "little held, then little held"
expect "musl, 1,000,000 blocks of 24 bytes" "$(./musl-static 24 1000000)" "little held, then little held"
