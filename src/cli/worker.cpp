// `syncnet worker`: what the service starts to look at videos; not for people.
#include "cli/commands.h"
#include "service/worker/fork_server.h"

namespace syncnet::cli {

void add_worker(CLI::App& app, int& status) {
    auto* const command = app.add_subcommand("worker", "Started by the service");
    command->group("");  // not in the help
    command->callback(
        [&status] { status = service::run_fork_server(UniqueFd(service::kForkServerSocket)); });
}

}  // namespace syncnet::cli
