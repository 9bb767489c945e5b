#include <exception>
#include <iostream>

#include "base/version.h"
#include "cli/commands.h"

namespace syncnet::cli {

ExitStatus report(const Error& error, const std::string& with) {
    const ErrorInfo& info = error.info();
    std::cerr << "syncnet: " << with << (with.empty() ? "" : ": ") << info.title << ": "
              << error.what() << "\n  " << info.hint << '\n';
    switch (error.code()) {
        case ErrorCode::invalid_setting:
        case ErrorCode::model_not_available:
            return kUsage;
        case ErrorCode::cancelled:
            return kInterrupted;
        default:
            return info.http_status >= 500 ? kInternal : kBadInput;
    }
}

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
    add_calibrate(app, status);
    add_serve(app, status);
    add_crops(app, status);
    add_features(app, status);
    add_keys(app, status);
    add_models(app, status);
    add_worker(app, status);
    try {
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
