//! The scripts that read what others write: a list of functions, the output of tests.

mod hot_list;
mod summary;
