#include <algorithm>
#include <exception>
#include <iostream>
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
        // What was given: a model, a calibration, a place to write to.
        case ErrorCode::bad_model:
        case ErrorCode::cannot_write:
            return kBadInput;
        default:
            return info.http_status >= 500 ? kInternal : kBadInput;
    }
}

namespace {

// CLI11 would only say that a command is missing.
void refuse_unknown_command(const CLI::App& app, int argc, char** argv) {
    if (argc < 2 || argv[1][0] == '-') return;
    const std::string asked = argv[1];
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(command->get_name());
    const std::vector<std::string_view> known(names.begin(), names.end());
    if (std::ranges::find(known, asked) != known.end()) return;
    std::string text = "there is no command \"" + asked + "\"";
    if (const auto meant = nearest(asked, known))
        text += "; did you mean \"" + std::string(*meant) + "\"?";
    throw CLI::ExtrasError(text, CLI::ExitCodes::ExtrasError);
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
        refuse_unknown_command(app, argc, argv);
        app.parse(argc, argv);
        return status;
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? kDone : kUsage;
    } catch (const Error& e) {
        return report(e, {});
    } catch (const std::exception& e) {
        std::cerr << "syncnet: internal error: " << e.what() << '\n';
        return kInternal;
    }
}

}  // namespace syncnet::cli
