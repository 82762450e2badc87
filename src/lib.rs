//! A custom runtime for Alibaba Cloud Function Compute.
