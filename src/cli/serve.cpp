// `syncnet serve`: the HTTP service.
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>

#include "base/json.h"
#include "cli/analysis_flags.h"
#include "cli/commands.h"
#include "service/http/server.h"
#include "service/metrics/async_log.h"

namespace syncnet::cli {
namespace {

struct ServeOptions {
    std::filesystem::path env_file = ".env";
    bool env_file_given = false;
    bool example_env = false;
    std::map<std::string, std::string> flags;  // by the setting's name
};

int serve(const ServeOptions& options) {
    if (options.example_env) {
        std::cout << service::example_env_file();
        return kDone;
    }
    std::signal(SIGPIPE, SIG_IGN);  // whoever read the log may go; the service stays
    if (options.env_file_given && !std::filesystem::exists(options.env_file))
        throw Error(ErrorCode::invalid_setting, "there is no " + options.env_file.string());
    std::vector<std::string> notes;
    const auto load = [&] {
        return service::load_settings(
            options.env_file,
            [&](const std::string& name) -> std::optional<std::string> {
                if (const auto flag = options.flags.find(name);
                    flag != options.flags.end() && !flag->second.empty())
                    return flag->second;
                if (const char* const value = std::getenv(name.c_str()); value != nullptr)
                    return value;
                return std::nullopt;
            },
            notes);
    };
    const service::Settings settings = load();
    const service::AsyncLog log(STDERR_FILENO, settings.log_level);
    for (const std::string& note : notes) spdlog::warn("{}", note);

    service::Server server(settings, load, log);
    const nlohmann::json models = server.description();
    spdlog::info("model {} {} ({}): {}", models["model"]["name"].get<std::string>(),
                 models["model"]["version"].get<std::string>(),
                 models["model"]["precision"].get<std::string>(),
                 models["model_choice"].get<std::string>());
    for (const auto& [part, in_force] : models["sandbox"].items())
        if (!in_force) spdlog::warn("the kernel does not let workers be confined by {}", part);
    spdlog::info("listening on {}://{}:{}", settings.tls_cert.empty() ? "http" : "https",
                 settings.host, server.port());
    server.run();
    spdlog::info("stopped");
    return kDone;
}

}  // namespace

void add_serve(CLI::App& app, int& status) {
    auto* const command = app.add_subcommand("serve", "Start the HTTP service");
    const auto options = std::make_shared<ServeOptions>();
    auto* const env_file =
        command->add_option("--env-file", options->env_file, "settings, one NAME=value a line")
            ->capture_default_str();
    command->add_flag("--example-env", options->example_env, "print an .env file and end");
    const service::Settings defaults;
    for (const service::Setting& setting : service::settings_table())
        command
            ->add_option(pipeline::flag_of(setting.name), options->flags[std::string(setting.name)],
                         std::string(setting.meaning))
            ->default_str(setting.get(defaults))
            ->type_name(setting.unit.empty() ? "VALUE" : std::string(setting.unit));
    command->callback([options, env_file, &status] {
        options->env_file_given = env_file->count() > 0;
        status = serve(*options);
    });
}

}  // namespace syncnet::cli
