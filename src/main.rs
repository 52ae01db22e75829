fn main() -> std::process::ExitCode {
    matoi::cli::main()
}
