//! Owns the sentences around the figures of a headline, in each language that a README is written in. Knows no report.

/// A language of a headline.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// `en`.
    #[default]
    English,
    /// `zh`.
    Chinese,
}

/// What is judged of a server; less is better in all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The package after `zip -9`.
    Zip,
    /// From exec to the first whole answer.
    First,
    /// The most memory until then.
    Memory,
    /// The processor's time for a request.
    Cpu,
}

/// The conditions of a run, as a sentence needs them.
#[derive(Debug)]
pub struct Conditions<'a> {
    pub day: &'a str,
    pub rounds: u32,
    pub seed: u64,
    pub cpu: &'a str,
    pub cores: usize,
    pub kernel: &'a str,
    pub pinned: bool,
    pub parts: u32,
    pub quick: bool,
    pub busy: bool,
}

impl Language {
    /// The language that `--lang` names.
    pub fn named(code: &str) -> Option<Self> {
        match code {
            "en" => Some(Self::English),
            "zh" => Some(Self::Chinese),
            _ => None,
        }
    }

    /// What the picture shows, for those who do not see it.
    pub fn picture(self) -> &'static str {
        match self {
            Self::English => "Package size and cold start of each server",
            Self::Chinese => "各运行时的代码包大小与冷启动时间",
        }
    }

    /// The heads of the columns; `cores` are the most that the server had.
    pub fn columns(self, cores: usize) -> [String; 8] {
        match self {
            Self::English => [
                "server".to_owned(),
                "package, kB zipped".to_owned(),
                "first response, ms p50 (p90)".to_owned(),
                "on 0.05 vCPU, ms p50 (p90)".to_owned(),
                "CPU until then, ms".to_owned(),
                "peak memory until then, KiB".to_owned(),
                format!("CPU per request on 1 / {cores} cores, µs"),
                format!("requests/s on 1 / {cores} cores"),
            ],
            Self::Chinese => [
                "服务".to_owned(),
                "代码包（zip），kB".to_owned(),
                "首个响应，ms p50（p90）".to_owned(),
                "0.05 vCPU 实例，ms p50（p90）".to_owned(),
                "至首个响应的 CPU，ms".to_owned(),
                "此时内存峰值，KiB".to_owned(),
                format!("1 / {cores} 核时每请求 CPU，µs"),
                format!("1 / {cores} 核时每秒请求数"),
            ],
        }
    }

    /// Under which conditions the figures hold, in one or two sentences.
    pub fn conditions(self, c: &Conditions<'_>) -> String {
        let Conditions {
            day,
            rounds,
            seed,
            cpu,
            cores,
            kernel,
            parts,
            ..
        } = c;
        let when = |is: bool, text: &'static str| if is { text } else { "" };
        match self {
            Self::English => format!(
                "{day}: {rounds} cold starts of each server in shuffled order (seed {seed}), {cpu}, {cores} cores, Linux \
                 {kernel}{}.{}{}{}",
                when(
                    c.pinned,
                    ", client and server on different cores where the server has one core"
                ),
                if *parts > 1 {
                    format!(" Combined from {parts} runs.")
                } else {
                    String::new()
                },
                when(c.quick, " A quick run: its times mean little."),
                when(c.busy, " Other programs ran on the machine: noisy."),
            ),
            Self::Chinese => format!(
                "{day}：每个服务按随机顺序（种子 {seed}）冷启动 {rounds} 次；{cpu}，{cores} 核，Linux {kernel}{}。{}{}{}",
                when(c.pinned, "，服务端用一核时客户端另占一核"),
                if *parts > 1 {
                    format!("由 {parts} 次测量合并而成。")
                } else {
                    String::new()
                },
                when(c.quick, "这是一次快速测量，时间数据参考价值有限。"),
                when(c.busy, "测量时机器上有其他程序在运行，数据有噪声。"),
            ),
        }
    }

    /// Where the method and the other servers are.
    pub fn method(self, link: &str) -> String {
        match self {
            Self::English => format!(" [Method, all servers and all figures]({link})."),
            Self::Chinese => format!("[测量方法、全部服务与全部数据]({link})。"),
        }
    }

    /// What the columns leave open, and what the marks of the table mean; `connections` is the
    /// number of those that ask for requests/s.
    pub fn marks(self, connections: usize) -> [String; 3] {
        match self {
            Self::English => [
                format!(
                    "CPU per request and requests/s with {connections} kept-alive connections. 0.05 vCPU is the \
                     platform's smallest instance, 5 ms of CPU in each 100 ms: a server that needs more waits for the \
                     next 100 ms."
                ),
                "† without the interpreter, which the platform provides.".to_owned(),
                "‡ left connections without a response: the C program serves one at a time. It shows the fastest start, not how to write functions.".to_owned(),
            ],
            Self::Chinese => [
                format!(
                    "每请求 CPU 与每秒请求数在 {connections} 个保持连接下测得。0.05 vCPU 是平台的最小实例：每 100 ms 内 5 ms \
                     CPU；在首个响应前用量超出的服务须等到下一个 100 ms 周期。"
                ),
                "† 不含由平台提供的解释器。".to_owned(),
                "‡ 有连接未得到响应：C 一次只服务一个连接，仅作为启动时间的下限，并非编写函数的方式。".to_owned(),
            ],
        }
    }

    /// A server that is not in the table; `bring` is the command that brings what it lacks.
    pub fn left_out(self, name: &str, reason: &str, bring: Option<&str>) -> String {
        let bring = |before: &str, after: &str| {
            bring.map_or(String::new(), |command| {
                format!("{before}`{command}`{after}")
            })
        };
        match self {
            Self::English => format!("Left out: {name}, {reason}{}.", bring(" (", " brings it)")),
            Self::Chinese => format!("未测：{name}，{reason}{}。", bring("（可用 ", " 安装）")),
        }
    }

    /// Where one of ours stands: of whom it is not ahead, or that it is ahead of all.
    pub fn standing(self, ours: &str, subject: Subject, ahead: &[String]) -> String {
        let subject = self.subject(subject);
        match (self, ahead) {
            (Self::English, []) => format!("{ours}, {subject}: ahead of every peer."),
            (Self::English, some) => {
                format!("{ours}, {subject}: not ahead of {}.", some.join(", "))
            }
            (Self::Chinese, []) => format!("{ours} 的{subject}：优于所有对比对象。"),
            (Self::Chinese, some) => format!("{ours} 的{subject}：未优于 {}。", some.join("、")),
        }
    }

    /// One that ours is not ahead of, with its share of our figure; `elsewhere` if what runs it is not in its package.
    pub fn ahead(self, name: &str, share: f64, elsewhere: bool) -> String {
        let tiny = share < 0.01;
        match self {
            Self::English => {
                let mark = if elsewhere {
                    ", whose interpreter is not in it"
                } else {
                    ""
                };
                let share = if tiny {
                    "under 0.01".into()
                } else {
                    format!("{share:.2}")
                };
                format!("{name}{mark} ({share} of ours)")
            }
            Self::Chinese => {
                let mark = if elsewhere { "，不含解释器" } else { "" };
                let share = if tiny {
                    "不到 0.01".into()
                } else {
                    format!("{share:.2}")
                };
                format!("{name}（为我们的 {share} 倍{mark}）")
            }
        }
    }

    fn subject(self, subject: Subject) -> &'static str {
        match (self, subject) {
            (Self::English, Subject::Zip) => "zip bytes",
            (Self::English, Subject::First) => "first response",
            (Self::English, Subject::Memory) => "peak RSS",
            (Self::English, Subject::Cpu) => "CPU per request",
            (Self::Chinese, Subject::Zip) => "代码包大小",
            (Self::Chinese, Subject::First) => "首个响应时间",
            (Self::Chinese, Subject::Memory) => "内存峰值",
            (Self::Chinese, Subject::Cpu) => "每请求 CPU",
        }
    }
}
