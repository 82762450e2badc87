//! Credentials that no instance may ever print: each gets them in every request and in its environment.

/// Parts of the made-up values that occur nowhere else, whole or cut.
pub const ID: &str = "STS.PlantedKeyId7Qm2";
pub const SECRET: &str = "PlantedKeySecret4Xv9Lw";
pub const TOKEN: &str = "PlantedSecurityToken8Rt5Zk";

/// As the platform sends them with each call (contract §2).
pub const HEADERS: [(&str, &str); 3] = [
    ("X-Fc-Access-Key-Id", ID),
    ("X-Fc-Access-Key-Secret", SECRET),
    ("X-Fc-Security-Token", TOKEN),
];

/// As the platform sets them for an instance (contract §4.3).
pub const VARIABLES: [(&str, &str); 3] = [
    ("ALIBABA_CLOUD_ACCESS_KEY_ID", ID),
    ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", SECRET),
    ("ALIBABA_CLOUD_SECURITY_TOKEN", TOKEN),
];

/// Checks the whole output of an instance.
pub fn assert_none_in(output: &str) {
    for secret in [ID, SECRET, TOKEN] {
        assert!(
            !output.contains(secret),
            "{secret} is in the output:\n{output}"
        );
    }
}
