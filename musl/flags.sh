# Every flag that makes the package small, with what it saves: bytes of the file / bytes after zip -9, measured on the
# default package by leaving that flag out. Sourced by build.sh; the profile `musl` of Cargo.toml holds what cargo itself
# knows (opt-level z, fat LTO, one codegen unit, stripped).

# The toolchain that the package is built with: the flags below are its, and another gives other bytes.
TOOLCHAIN=1.95.0

# --- for the linker -------------------------------------------------------------------------------------------------

# LLD comes with the toolchain, so no C compiler is asked to link, for either machine.
LINK_FLAGS="-C linker=rust-lld -C linker-flavor=ld.lld -C link-self-contained=yes"
# Functions that came out the same are kept once: 4,960 / 2,064.
LINK_FLAGS="$LINK_FLAGS -C link-arg=--icf=all"
# A static program at a fixed address needs no table of addresses to fix, nor a part that is read-only only after that:
# 17,056 / 5,722.
LINK_FLAGS="$LINK_FLAGS -C relocation-model=static -C link-arg=-znorelro"
# Strings that end alike share their end: 0 / 310.
LINK_FLAGS="$LINK_FLAGS -C link-arg=-O2"
# Functions and data that look alike stand side by side, so that zip finds what they have in common: 0 / 3,246.
LINK_FLAGS="$LINK_FLAGS -C link-arg=--bp-compression-sort=both"
# Nothing that starts or loads a program reads the table of sections; `strip` refuses a file without one, but this one
# is stripped: 448 / 508.
LINK_FLAGS="$LINK_FLAGS -C link-arg=-znosectionheader"
# The C library's formatting is there for one caller, `pthread_setname_np`, when it names another thread. The standard
# library names only the thread that calls, so `getpid` takes the place of `snprintf`: it does nothing and cannot fail:
# 10,432 / 6,216.
LINK_FLAGS="$LINK_FLAGS -C link-arg=--defsym=snprintf=getpid"

# --- for the compiler -----------------------------------------------------------------------------------------------

# At opt-level z the compiler inlines almost nothing; a little more makes what calls it smaller than the call.
COMPILE_FLAGS_prebuilt="-C llvm-args=--inline-threshold=10"
# With the library rebuilt, a function that calls others also keeps a pointer to its frame, so that the tables that say how
# to unwind it have one row for it, not one more for each push and pop: 19,008 / 4,398. Alone, those pointers make a request
# of `direct` 3 % dearer; three times the threshold makes it 9 % cheaper, and costs 1,160 / 1,568 of that package.
COMPILE_FLAGS_rebuilt="-C llvm-args=--inline-threshold=30 -Z unstable-options -C force-frame-pointers=non-leaf"

# --- only with the standard library rebuilt -------------------------------------------------------------------------

# The library is optimized for size as the program is, and what the program does not use falls away inside it too:
# 266,064 / 129,854 against the prebuilt one. Naming its only feature leaves its others out, the symbols of backtraces
# first of all: 196,896 / 97,814 of that.
STD_FLAGS_unwind="-Z build-std=std,panic_unwind -Z build-std-features=optimize_for_size"
STD_FLAGS_abort="-Z build-std=std,panic_abort -Z build-std-features=optimize_for_size"
# A panic does not carry the place it happened at: its message stays, the file's name and the line go:
# 17,696 / 4,861.
REBUILT_FLAGS="-Z location-detail=none"
# What of the library is no generic function, such as the growing of a `Vec`, is smaller when it is inlined, and a request
# costs 4 % fewer instructions: 112 / 141.
STD_PROFILE="profile.musl.package.alloc.opt-level=2"
