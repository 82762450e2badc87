use super::{NotRunnable, check};

/// An ELF head with one program header of this type.
fn elf(machine: u8, kind: u8, header: u8) -> Vec<u8> {
    let mut bytes = vec![0; 64 + 56];
    bytes[..5].copy_from_slice(b"\x7fELF\x02");
    (bytes[16], bytes[18], bytes[32], bytes[54], bytes[56]) = (kind, machine, 64, 56, 1);
    bytes[64] = header;
    bytes
}

#[test]
fn only_a_static_program_for_x86_64_is_one() {
    assert_eq!(check(&elf(62, 2, 1)), Ok(()));
    assert_eq!(check(&elf(62, 3, 1)), Ok(()));
    assert_eq!(check(&elf(62, 3, 3)), Err(NotRunnable::NotStatic));
    assert_eq!(check(&elf(183, 2, 1)), Err(NotRunnable::OtherMachine));
    assert_eq!(check(&elf(62, 1, 1)), Err(NotRunnable::NoExecutable));
    assert_eq!(check(b"#!/bin/sh\n"), Err(NotRunnable::NoElf));
    assert_eq!(check(&elf(62, 2, 1)[..70]), Ok(()));
    assert_eq!(check(&elf(62, 2, 1)[..66]), Err(NotRunnable::Cut));
    let mut far = elf(62, 2, 1);
    far[32..40].fill(0xff);
    assert_eq!(check(&far), Err(NotRunnable::Cut));
}
