#include <exception>
#include <iostream>

#include "base/error.h"
#include "base/version.h"
#include "cli/commands.h"

namespace syncnet::cli {

int run(int argc, char** argv) {
    CLI::App app("Tells whether a voice belongs to the lips in a video.", "syncnet");
    app.set_version_flag("--version", std::string(version()));
    app.require_subcommand(1);
    int status = kDone;
    add_crops(app, status);
    try {
        app.parse(argc, argv);
        return status;
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? kDone : kUsage;
    } catch (const Error& e) {
        std::cerr << "syncnet: " << e.info().title << ": " << e.what() << "\n  " << e.info().hint
                  << '\n';
        return e.info().http_status >= 500 ? kInternal : kBadInput;
    } catch (const std::exception& e) {
        std::cerr << "syncnet: internal error: " << e.what() << '\n';
        return kInternal;
    }
}

}  // namespace syncnet::cli
