//! The real clients against fc-local, with nothing but loopback: Alibaba's `fun` CLI, its SDKs, curl, and a browser.
//!
//! Where the machine lacks a client, its tests are reported as ignored, with the reason; with `CI` in the environment
//! they fail instead. That is decided when they run, so these tests have a harness other than rustc's.

mod browser;
mod calls;
mod curl;
mod fun;
mod sdk;
#[path = "../support/mod.rs"]
mod support;

use std::ops::Deref;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Completion, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    libtest_mimic::run(&arguments, trials()).exit_code()
}

/// Lists tests of one client under the names of their functions.
macro_rules! trials {
    ($client:path: $($test:path),* $(,)?) => {
        [$(trial(stringify!($test), $client, $test)),*]
    };
}

fn trials() -> Vec<Trial> {
    let fun = trials![fun::clients:
        fun::fun_invoke_shows_how_an_event_failed,
        fun::every_field_of_the_sdk_of_fc_3_is_accepted,
        fun::the_sdk_of_fc_3_creates_calls_changes_and_deletes_the_same_package,
        fun::deploy::fun_deploys_twice_and_invokes_and_http_reaches_the_function,
        fun::deploy::fun_refuses_a_template_that_is_not_valid,
        fun::deploy::fun_package_uploads_what_fun_deploy_then_uses,
        fun::deploy::fun_with_a_wrong_secret_fails_and_changes_nothing,
        fun::hour::a_newcomer_gets_through_the_first_hour,
        fun::pack::fun_and_s_pack_what_the_table_says,
        fun::preview::s_makes_of_expressions_what_the_cases_say,
        fun::preview::s_refuses_the_expressions_that_the_list_says,
        fun::yaml::fun_and_s_read_yaml_as_the_table_says,
        fun::yaml::the_program_of_s_reads_plain_values_as_the_table_says,
        fun::yaml::fun_makes_text_of_variables_as_the_table_says,
    ];
    let curl = trials![curl::client:
        curl::curl_gets_the_page_by_trigger_and_by_domain_and_posts_a_body,
    ];
    let browser = trials![browser::client:
        browser::a_page_whose_name_leads_here_afterwards_is_refused_even_with_the_right_keys,
        browser::a_page_on_a_custom_domain_calls_its_function,
    ];
    let all = fun.into_iter().chain(curl).chain(browser);
    all.chain(sdks()).collect()
}

fn sdks() -> impl Iterator<Item = Trial> {
    let python = trials![sdk::python:
        sdk::aliyun_fc_for_python_does_what_the_guide_says,
        sdk::aliyun_fc2_for_python_does_what_the_guide_says,
        sdk::the_python_sdk_of_2021_does_what_the_guide_says,
        sdk::the_python_sdk_of_fc_3_does_what_the_guide_says,
    ];
    let node = trials![sdk::node:
        sdk::alicloud_fc_for_node_does_what_the_guide_says,
        sdk::alicloud_fc2_for_node_does_what_the_guide_says,
        sdk::the_node_sdk_of_2021_does_what_the_guide_says,
        sdk::the_node_sdk_of_fc_3_does_what_the_guide_says,
        sdk::the_requests_of_serverless_devs_are_answered_as_the_guide_says,
        calls::every_call_of_the_sdks_is_served_or_refused_by_its_name,
    ];
    python.into_iter().chain(node)
}

/// A test that gets its client, or is ignored with what says why there is none.
fn trial<C: Deref + 'static>(
    name: &str,
    client: fn() -> Result<C, String>,
    test: fn(&C::Target),
) -> Trial {
    Trial::ignorable_test(name, move || match client() {
        Ok(client) => {
            test(&client);
            Ok(Completion::Completed)
        }
        Err(missing) if std::env::var_os("CI").is_some() => {
            Err(format!("nothing is left out under CI: {missing}").into())
        }
        Err(missing) => Ok(Completion::ignored_with(missing)),
    })
}
