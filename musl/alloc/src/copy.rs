//! Owns the C functions `memcpy` and `memmove` of x86-64, with the feature `copy`. It has nothing to do with the
//! allocator, but with the same programs: after the lock of `malloc`, these are what musl costs most.
//!
//! musl 1.2.5 copies by the processor's string instructions, which take long to begin, and moves bytes upwards byte by byte
//! and backwards, which processors do slowly: inserting into a `Vec` or a `BTreeMap` does little else.
//!
//! In assembly, because a compiler may make a call of `memcpy` out of a loop that copies.

use core::arch::global_asm;

// The names are others where the C library's are not replaced: in tests, and on other systems.
macro_rules! functions {
    ($memcpy:literal, $memmove:literal) => {
        global_asm!(
            concat!(".section .text.", $memcpy, ",\"ax\",@progbits"),
            concat!(".globl ", $memcpy),
            concat!(".globl ", $memmove),
            concat!(".type ", $memcpy, ",@function"),
            concat!(".type ", $memmove, ",@function"),
            concat!($memmove, ":"),
            "mov rax, rdi",
            "sub rax, rsi",
            "cmp rax, rdx",
            // No byte is written before it is read, if they are copied forwards.
            concat!("jae ", $memcpy),
            "mov rax, rdi",
            "cmp rdx, 16",
            "jb 4f",
            // Backwards, and the first sixteen bytes at last, which were read at first.
            "movups xmm1, [rsi]",
            "2:",
            "movups xmm0, [rsi + rdx - 16]",
            "movups [rdi + rdx - 16], xmm0",
            "sub rdx, 16",
            "cmp rdx, 16",
            "ja 2b",
            "movups [rdi], xmm1",
            "ret",
            concat!($memcpy, ":"),
            "mov rax, rdi",
            "cmp rdx, 16",
            "jb 4f",
            "cmp rdx, {STRING}",
            "ja 8f",
            // Forwards, and the last sixteen bytes at last, which were read at first.
            "xor ecx, ecx",
            "sub rdx, 16",
            "movups xmm1, [rsi + rdx]",
            "3:",
            "movups xmm0, [rsi + rcx]",
            "movups [rdi + rcx], xmm0",
            "add rcx, 16",
            "cmp rcx, rdx",
            "jb 3b",
            "movups [rdi + rdx], xmm1",
            "ret",
            // Fewer than sixteen: all is read before anything is written.
            "4:",
            "cmp edx, 8",
            "jb 5f",
            "mov rcx, [rsi]",
            "mov rsi, [rsi + rdx - 8]",
            "mov [rdi], rcx",
            "mov [rdi + rdx - 8], rsi",
            "ret",
            "5:",
            "cmp edx, 4",
            "jb 6f",
            "mov ecx, [rsi]",
            "mov esi, [rsi + rdx - 4]",
            "mov [rdi], ecx",
            "mov [rdi + rdx - 4], esi",
            "ret",
            "6:",
            "test edx, edx",
            "jz 7f",
            // The first, the middle and the last of one, two or three.
            "mov cl, [rsi]",
            "mov r8b, [rsi + rdx - 1]",
            "mov r9, rdx",
            "shr r9d, 1",
            "mov sil, [rsi + r9]",
            "mov [rdi], cl",
            "mov [rdi + r9], sil",
            "mov [rdi + rdx - 1], r8b",
            "7:",
            "ret",
            "8:",
            "mov rcx, rdx",
            "rep movsb",
            "ret",
            STRING = const STRING,
        );
    };
}

/// From so many bytes on, the string instruction is the faster one.
const STRING: usize = 1024;

#[cfg(all(target_env = "musl", not(test)))]
functions!("memcpy", "memmove");
#[cfg(not(all(target_env = "musl", not(test))))]
functions!("percore_memcpy", "percore_memmove");

#[cfg(test)]
mod tests {
    unsafe extern "C" {
        fn percore_memcpy(to: *mut u8, from: *const u8, bytes: usize) -> *mut u8;
        fn percore_memmove(to: *mut u8, from: *const u8, bytes: usize) -> *mut u8;
    }

    /// Numbers, none of which is like its neighbours.
    fn numbers(bytes: usize) -> Vec<u8> {
        (0..251).step_by(7).cycle().take(bytes).collect()
    }

    /// Lengths at and around every border of the functions.
    fn lengths() -> impl Iterator<Item = usize> {
        (0..100).chain(1010..1040).chain([4096, 70_001])
    }

    #[test]
    fn what_is_copied_is_the_same_and_nothing_else_is_touched() {
        for bytes in lengths() {
            for (into, out_of) in [(0, 0), (1, 0), (3, 5), (16, 7)] {
                let from = numbers(bytes + out_of);
                let mut to = vec![255; into + bytes + 20];
                // SAFETY: both have so many bytes.
                let result = unsafe {
                    percore_memcpy(to.as_mut_ptr().add(into), from.as_ptr().add(out_of), bytes)
                };
                assert_eq!(result, to[into..].as_mut_ptr());
                assert_eq!(to[into..into + bytes], from[out_of..], "{bytes}");
                assert!(
                    to[..into]
                        .iter()
                        .chain(&to[into + bytes..])
                        .all(|&byte| byte == 255),
                    "{bytes}"
                );
            }
        }
    }

    #[test]
    fn what_overlaps_is_moved_whole_in_both_directions() {
        for bytes in lengths() {
            for distance in [0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 40, 2000] {
                for (to, from) in [(0, distance), (distance, 0)] {
                    let mut moved = numbers(bytes + distance + 1);
                    let mut expected = moved.clone();
                    expected.copy_within(from..from + bytes, to);
                    let start = moved.as_mut_ptr();
                    // SAFETY: there are so many bytes from both places on.
                    let result = unsafe { percore_memmove(start.add(to), start.add(from), bytes) };
                    assert_eq!(result, moved[to..].as_mut_ptr());
                    assert_eq!(moved, expected, "{bytes} from {from} to {to}");
                }
            }
        }
    }
}
