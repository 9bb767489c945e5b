#include <algorithm>
#include <exception>
#include <filesystem>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/nearest.h"
#include "cli/commands.h"
#include "syncnet/version.h"

namespace syncnet::cli {

ExitStatus report(const Error& error, const std::string& with) {
    const ErrorInfo& info = error.info();
    std::cerr << "syncnet: " << with << (with.empty() ? "" : ": ") << info.title_for_command()
              << ": " << error.what() << "\n  " << info.hint_for_command() << '\n';
    switch (error.code()) {
        case ErrorCode::invalid_setting:
        case ErrorCode::model_not_available:
            return kUsage;
        case ErrorCode::cancelled:
            return kInterrupted;
        // What was given: a model, a calibration, a place to write to, a full disk.
        case ErrorCode::bad_model:
        case ErrorCode::cannot_write:
        case ErrorCode::storage_full:
            return kBadInput;
        default:
            return info.http_status >= 500 ? kInternal : kBadInput;
    }
}

namespace {

// "; did you mean X?", where one of `names` is like what was asked for.
std::string meant(const std::string& asked, const std::vector<std::string>& names) {
    const std::vector<std::string_view> known(names.begin(), names.end());
    const auto name = nearest(asked, known);
    return name ? "; did you mean \"" + std::string(*name) + "\"?" : std::string();
}

// CLI11 would only say that a command is missing. Of `models` and `keys` a second word says which.
void refuse_unknown_command(const CLI::App& app, std::span<char* const> words) {
    const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
    if (commands.empty() || words.empty() || words.front()[0] == '-') return;
    const std::string asked = words.front();
    std::vector<std::string> names;
    for (const CLI::App* command : commands) {
        if (command->get_name() == asked) return refuse_unknown_command(*command, words.subspan(1));
        names.push_back(command->get_name());
    }
    throw CLI::ExtrasError("there is no command \"" + asked + "\"" + meant(asked, names),
                           CLI::ExitCodes::ExtrasError);
}

// Nor what is meant by a flag that there is not.
std::string flag_meant(const CLI::App& app) {
    const CLI::App* command = &app;
    while (!command->get_subcommands().empty()) command = command->get_subcommands().back();
    std::vector<std::string> names;
    for (const CLI::Option* option : command->get_options())
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& word : app.remaining(true))
        if (word.starts_with("--")) return meant(word.substr(0, word.find('=')), names);
    return {};
}

}  // namespace

int run(int argc, char** argv) {
    CLI::App app("Tells whether a voice belongs to the lips in a video.", "syncnet");
    app.set_version_flag("--version", std::string(version()));
    app.require_subcommand(1);
    int status = kDone;
    add_score(app, status);
    add_batch(app, status);
    add_windows(app, status);
    add_evaluate(app, status);
    add_explain(app, status);
    add_fix(app, status);
    add_visualise(app, status);
    add_report(app, status);
    add_calibrate(app, status);
    add_serve(app, status);
    add_crops(app, status);
    add_features(app, status);
    add_keys(app, status);
    add_models(app, status);
    add_worker(app, status);
    try {
        const std::span words(argv + 1, static_cast<std::size_t>(std::max(argc - 1, 0)));
        refuse_unknown_command(app, words);
        app.parse(argc, argv);
        return status;
    } catch (const CLI::ExtrasError& e) {
        const CLI::ExtrasError told(e.what() + flag_meant(app), CLI::ExitCodes::ExtrasError);
        return app.exit(told) == 0 ? kDone : kUsage;
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? kDone : kUsage;
    } catch (const Error& e) {
        return report(e, {});
    } catch (const std::filesystem::filesystem_error& e) {
        // A place that somebody named.
        return report(
            Error(ErrorCode::cannot_write, e.path1().string() + ": " + e.code().message()), {});
    } catch (const std::exception& e) {
        std::cerr << "syncnet: internal error: " << e.what() << '\n';
        return kInternal;
    }
}

}  // namespace syncnet::cli
