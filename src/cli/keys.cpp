// `syncnet keys`: API keys for the service.
#include <iostream>

#include "cli/commands.h"
#include "service/auth/api_keys.h"

namespace syncnet::cli {
namespace {

struct KeyOptions {
    std::string name, scopes, expires;
    int rate = 0;
};

// The key goes to the person, the line with its hash to the file: `>> keys.jsonl`.
int make_new(const KeyOptions& options, bool rated) {
    const auto made =
        service::make_key(options.name, service::parse_scopes(options.scopes),
                          rated ? std::optional(options.rate) : std::nullopt, options.expires);
    if (!(std::cout << made.line << '\n' << std::flush))
        throw Error(ErrorCode::cannot_write, "the line for the key file can't be written");
    std::cerr << "This key is shown only now:\n" << made.key << '\n';
    return kDone;
}

}  // namespace

void add_keys(CLI::App& app, int& status) {
    auto* const command = app.add_subcommand("keys", "API keys for the service");
    command->require_subcommand(1);
    const auto options = std::make_shared<KeyOptions>();
    auto* const new_command = command->add_subcommand(
        "new", "Make a key: shown on standard error; its line for the key file on standard output");
    new_command->add_option("--name", options->name, "whose key it is")->required();
    new_command->add_option("--scope", options->scopes, "score, jobs, metrics; comma separated")
        ->required();
    auto* const rate = new_command->add_option("--rate", options->rate,
                                               "requests a minute; default: the service's");
    new_command->add_option("--expires", options->expires,
                            "the first day, UTC, on which it is refused: 2027-01-31");
    new_command->callback(
        [options, rate, &status] { status = make_new(*options, rate->count() > 0); });
}

}  // namespace syncnet::cli
