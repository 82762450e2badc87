//! What an ELF file says of itself in its first bytes, as musl/check-package.sh reads it.

/// Why a file cannot be Function Compute's bootstrap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotRunnable {
    NoElf,
    OtherMachine,
    NoExecutable,
    Cut,
    NotStatic,
}

/// The machine that Function Compute runs: x86-64 (`e_machine`).
const X86_64: u64 = 62;
/// A file of 64-bit words (`e_ident[EI_CLASS]`).
const CLASS_64_BIT: u8 = 2;
/// A program at a fixed place, and one that runs at any (`e_type`).
const EXECUTABLE_TYPES: [u64; 2] = [2, 3];
/// The program header that names a dynamic program's loader (`p_type`).
const INTERPRETER: u64 = 3;

impl NotRunnable {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::NoElf => "is not an ELF file",
            Self::OtherMachine => "is not for x86-64, which Function Compute runs",
            Self::NoExecutable => "is not executable",
            Self::Cut => "is cut short",
            Self::NotStatic => "is not static: it needs libraries that the platform may not have",
        }
    }
}

/// Whether the bytes are a static program for x86-64.
pub(super) fn check(bytes: &[u8]) -> Result<(), NotRunnable> {
    if !bytes.starts_with(b"\x7fELF") || bytes.len() < 64 {
        return Err(NotRunnable::NoElf);
    }
    let number = |offset, size| number(bytes, offset, size).ok_or(NotRunnable::Cut);
    if bytes[4] != CLASS_64_BIT || number(18, 2)? != X86_64 {
        return Err(NotRunnable::OtherMachine);
    }
    if !EXECUTABLE_TYPES.contains(&number(16, 2)?) {
        return Err(NotRunnable::NoExecutable);
    }
    let (start, size, count) = (number(32, 8)?, number(54, 2)?, number(56, 2)?);
    for index in 0..count {
        let header = start.checked_add(index * size).ok_or(NotRunnable::Cut)?;
        if number(header, 4)? == INTERPRETER {
            return Err(NotRunnable::NotStatic);
        }
    }
    Ok(())
}

/// The unsigned little-endian number there.
fn number(bytes: &[u8], offset: u64, size: usize) -> Option<u64> {
    let offset = usize::try_from(offset).ok()?;
    let bytes = bytes.get(offset..offset.checked_add(size)?)?;
    Some(
        bytes
            .iter()
            .rev()
            .fold(0, |number, byte| number << 8 | u64::from(*byte)),
    )
}

#[cfg(test)]
mod tests;
