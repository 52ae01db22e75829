//! What this machine says: configuration, terminal, files, the embedded workspace.

use super::facts::{Facts, File, Lease, Workspace};
use super::{Area, Finding, State};
use crate::both;
use crate::domain::words::Text;

/// Below this the card "too small" is shown instead of a war room.
const SMALLEST: (u16, u16) = (60, 16);
/// The smaller of the two sizes that everything is made for.
const MADE_FOR: (u16, u16) = (80, 24);

/// A day of a large incident is a few megabytes.
const TIGHT: u64 = 64 * 1024 * 1024;
/// Not even a commit is sure to fit.
const FULL: u64 = 1024 * 1024;

pub(super) fn configuration(facts: &Facts, all: &mut Vec<Finding>) {
    let add = |check, state, found| Finding::new(Area::Configuration, check, state, found);
    let file = &facts.configuration;
    let path = &file.path;
    for mistake in &file.mistakes {
        all.push(Finding::of_problem(Area::Configuration, "file", mistake));
    }
    if !file.mistakes.is_empty() {
        return;
    }
    if !file.exists {
        all.push(
            add(
                "file",
                State::Ok,
                both!(
                    "{path}: there is none, so all is as by default.",
                    "{path}: ファイルがないため、すべて既定値です。"
                ),
            )
            .todo(Text::fixed(
                "To begin one: matoi config example",
                "ひな形は matoi config example で表示できます。",
            )),
        );
        return;
    }
    all.push(add(
        "file",
        State::Ok,
        both!("{path}: no mistakes found.", "{path}: 問題はありません。"),
    ));
    match file.mode {
        Some(mode) if mode & 0o022 != 0 => all.push(
            add(
                "mode",
                State::Warning,
                both!(
                    "Others can change the configuration (mode {mode:03o}).",
                    "設定ファイルを他のユーザーが変更できます (モード {mode:03o})。"
                ),
            )
            .todo(both!(
                "chmod 600 {path}",
                "chmod 600 {path} を実行してください"
            )),
        ),
        _ => {}
    }
}

pub(super) fn terminal(facts: &Facts, all: &mut Vec<Finding>) {
    let add = |check, state, found| Finding::new(Area::Terminal, check, state, found);
    let terminal = &facts.terminal;
    let set = |name: &str| terminal.env.get(name).filter(|value| !value.is_empty());
    let Some((columns, rows)) = terminal.size else {
        all.push(add(
            "size",
            State::NotChecked,
            Text::fixed(
                "The output is no terminal, so nothing can be said of one.",
                "出力先が端末ではないため、確認できません。",
            ),
        ));
        return;
    };
    let size = add(
        "size",
        State::Ok,
        both!(
            "{columns} columns, {rows} rows.",
            "{columns} 桁 × {rows} 行。"
        ),
    );
    all.push(if columns < SMALLEST.0 || rows < SMALLEST.1 {
        Finding {
            state: State::Broken,
            ..size
        }
        .todo(Text::fixed(
            "The console needs at least 60 by 16.",
            "60 桁 × 16 行以上にしてください。",
        ))
    } else if columns < MADE_FOR.0 || rows < MADE_FOR.1 {
        Finding {
            state: State::Warning,
            ..size
        }
        .todo(Text::fixed(
            "It is made for 80 by 24 and more.",
            "80 桁 × 24 行以上を推奨します。",
        ))
    } else {
        size
    });
    let term = set("TERM").map_or("", String::as_str);
    all.push(match term {
        "" | "dumb" => add(
            "term",
            State::Broken,
            both!(
                "TERM is \"{term}\": a terminal that can only write lines.",
                "TERM が「{term}」です。全画面の表示ができません。"
            ),
        )
        .todo(Text::fixed(
            "Set TERM to what your terminal is, such as xterm-256color; or use the subcommands.",
            "TERM を xterm-256color など実際の端末に合わせるか、サブコマンドを使ってください。",
        )),
        _ => {
            let colours = colours(&terminal.env);
            let (en, ja) = (colours.en, colours.ja);
            add(
                "term",
                State::Ok,
                both!("TERM {term}, {en}.", "TERM {term}、{ja}。"),
            )
        }
    });
    all.push(locale(&terminal.env));
    all.push(match terminal.rule_cells {
        Some(2) => add(
            "ambiguous_width",
            State::Warning,
            Text::fixed(
                "The terminal draws box lines two cells wide: frames will not meet.",
                "罫線が全角幅で表示される端末です。枠がずれます。",
            ),
        )
        .todo(Text::fixed(
            "Turn \"ambiguous characters are double width\" off in the terminal, or set glyphs = \"ascii\" under [screen].",
            "端末の「曖昧な文字幅を全角とみなす」を無効にするか、[screen] で glyphs = \"ascii\" を設定してください。",
        )),
        Some(_) => add(
            "ambiguous_width",
            State::Ok,
            Text::fixed(
                "Box lines are one cell wide.",
                "罫線は半角幅で表示されます。",
            ),
        ),
        None => add(
            "ambiguous_width",
            State::NotChecked,
            Text::fixed(
                "The terminal did not say how wide it draws box lines.",
                "罫線の表示幅について、端末から応答がありません。",
            ),
        ),
    });
    if set("TMUX").is_some() {
        all.push(
            add(
                "multiplexer",
                State::Ok,
                Text::fixed("Inside tmux.", "tmux の中で動作しています。"),
            )
            .todo(Text::fixed(
                "For copying: set -g set-clipboard on; for attention: set -g focus-events on",
                "コピーには set -g set-clipboard on、通知には set -g focus-events on が必要です。",
            )),
        );
    } else if set("STY").is_some() {
        all.push(
            add(
                "multiplexer",
                State::Warning,
                Text::fixed(
                    "Inside GNU screen, which passes no copy on to the clipboard.",
                    "GNU screen の中ではクリップボードへのコピーができません。",
                ),
            )
            .todo(Text::fixed(
                "Use tmux, or matoi briefing on the command line.",
                "tmux を使うか、コマンドの matoi briefing を使ってください。",
            )),
        );
    }
}

fn colours(env: &std::collections::BTreeMap<String, String>) -> Text {
    let has = |name: &str, words: &[&str]| {
        let value = env.get(name);
        value.is_some_and(|value| words.iter().any(|word| value.contains(word)))
    };
    if env.get("NO_COLOR").is_some_and(|v| !v.is_empty()) {
        Text::fixed("no colours because of NO_COLOR", "NO_COLOR のため色なし")
    } else if has("COLORTERM", &["truecolor", "24bit"]) || has("TERM", &["direct"]) {
        Text::fixed("16 million colours", "1677 万色")
    } else if has("TERM", &["256color"]) {
        Text::fixed("256 colours", "256 色")
    } else {
        Text::fixed("16 colours", "16 色")
    }
}

/// The order that POSIX gives: the first that is set decides.
fn locale(env: &std::collections::BTreeMap<String, String>) -> Finding {
    let add = |state, found| Finding::new(Area::Terminal, "locale", state, found);
    let value = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| env.get(name).filter(|value| !value.is_empty()));
    let value = value.map_or("C", String::as_str);
    let lower = value.to_ascii_lowercase();
    if lower.contains("utf-8") || lower.contains("utf8") {
        return add(State::Ok, both!("Locale {value}.", "ロケール {value}。"));
    }
    add(
        State::Warning,
        both!(
            "The locale {value} is not UTF-8: the terminal may not show what is written to it.",
            "ロケール {value} は UTF-8 ではありません。文字化けのおそれがあります。"
        ),
    )
    .todo(Text::fixed(
        "Set LANG to one such as en_US.UTF-8 or ja_JP.UTF-8.",
        "LANG を ja_JP.UTF-8 などに設定してください。",
    ))
}

pub(super) fn files(facts: &Facts, all: &mut Vec<Finding>) {
    let add = |check, state, found| Finding::new(Area::Files, check, state, found);
    let files = &facts.files;
    let dir = &files.data_dir;
    match &files.unwritable {
        Some(why) => all.push(
            add(
                "data_dir",
                State::Broken,
                both!(
                    "{dir}: nothing can be written there ({why}).",
                    "{dir}: 書き込めません ({why})。"
                ),
            )
            .todo(Text::fixed(
                "Choose a folder of yours with --data-dir or MATOI_DATA_DIR.",
                "--data-dir か MATOI_DATA_DIR で、書き込めるフォルダーを指定してください。",
            )),
        ),
        None if files.found.is_empty() => all.push(add(
            "data_dir",
            State::Ok,
            both!(
                "{dir}: not there yet; it is made at the first start.",
                "{dir}: 未作成です (初回の起動時に作られます)。"
            ),
        )),
        None => all.push(add(
            "data_dir",
            State::Ok,
            both!("{dir}: can be written.", "{dir}: 書き込めます。"),
        )),
    }
    all.extend(files.found.iter().filter_map(exposed));
    if let Some(free) = files.free {
        let megabytes = free / (1024 * 1024);
        let space = add(
            "space",
            State::Ok,
            both!("{megabytes} MB free.", "空き容量 {megabytes} MB。"),
        );
        let room = Text::fixed(
            "Make room: what does not fit is not saved.",
            "空き容量を増やしてください。書き込めない内容は保存されません。",
        );
        all.push(match free {
            ..FULL => Finding {
                state: State::Broken,
                ..space
            }
            .todo(room),
            FULL..TIGHT => Finding {
                state: State::Warning,
                ..space
            }
            .todo(room),
            _ => space,
        });
    }
    all.push(match &files.lease {
        Lease::Free => add(
            "lease",
            State::Ok,
            Text::fixed(
                "Nobody talks to the workspace for this data directory now.",
                "このデータフォルダーで同期中のプロセスはありません。",
            ),
        ),
        Lease::Held(Some(pid)) => add(
            "lease",
            State::Ok,
            both!(
                "Process {pid} talks to the workspace for this data directory.",
                "プロセス {pid} がこのデータフォルダーの同期を担当しています。"
            ),
        ),
        Lease::Held(None) => add(
            "lease",
            State::Ok,
            Text::fixed(
                "Another process talks to the workspace for this data directory.",
                "別のプロセスがこのデータフォルダーの同期を担当しています。",
            ),
        ),
        Lease::Unknown(why) => add(
            "lease",
            State::NotChecked,
            both!(
                "Who talks to the workspace cannot be seen ({why}).",
                "同期を担当するプロセスを確認できません ({why})。"
            ),
        ),
    });
    match &facts.journal {
        None => {}
        Some(Err(problem)) => all.push(Finding::of_problem(Area::Files, "journal", problem)),
        Some(Ok(journal)) => {
            let (waiting, failed) = (journal.waiting, journal.failed.values().sum::<usize>());
            let said = add(
                "journal",
                State::Ok,
                both!(
                    "The journal can be read; {waiting} on the way, {failed} failed.",
                    "記録を読み取れます (送信待ち {waiting}、失敗 {failed})。"
                ),
            );
            all.push(if failed > 0 {
                Finding {
                    state: State::Warning,
                    ..said
                }
                .todo(Text::fixed(
                    "matoi outbox lists it with the reasons.",
                    "理由は matoi outbox で確認できます。",
                ))
            } else {
                said
            });
        }
    }
}

/// What others can read, or what belongs to somebody else.
fn exposed(file: &File) -> Option<Finding> {
    let add = |found| Finding::new(Area::Files, "mode", State::Warning, found);
    let (path, mode) = (&file.path, file.mode);
    if !file.ours {
        return Some(
            add(both!(
                "{path} belongs to somebody else.",
                "{path} の所有者が別のユーザーです。"
            ))
            .todo(Text::fixed(
                "Use a data directory of your own: --data-dir or MATOI_DATA_DIR.",
                "--data-dir か MATOI_DATA_DIR で、自分のフォルダーを指定してください。",
            )),
        );
    }
    (mode & 0o077 != 0).then(|| {
        add(both!(
            "Others can read {path} (mode {mode:03o}).",
            "{path} を他のユーザーも読めます (モード {mode:03o})。"
        ))
        .todo(both!(
            "chmod go= {path}",
            "chmod go= {path} を実行してください"
        ))
    })
}

pub(super) fn workspace(facts: &Facts, all: &mut Vec<Finding>) {
    let add = |state, found| Finding::new(Area::Workspace, "embedded", state, found);
    let Some(workspace) = &facts.workspace else {
        return;
    };
    all.push(match workspace {
        Workspace::Never => add(
            State::Ok,
            Text::fixed(
                "Never started; a console starts it.",
                "未起動です (コンソールが必要に応じて起動します)。",
            ),
        ),
        Workspace::Stopped => add(
            State::Ok,
            Text::fixed(
                "Not running; a console starts it.",
                "停止中です (コンソールが必要に応じて起動します)。",
            ),
        ),
        Workspace::Running { url, pid } => add(
            State::Ok,
            both!(
                "Runs at {url}, process {pid}.",
                "{url} で動作中です (プロセス {pid})。"
            ),
        ),
        Workspace::Unknown(why) => add(
            State::NotChecked,
            both!("Cannot be looked at ({why}).", "確認できません ({why})。"),
        ),
    });
}
