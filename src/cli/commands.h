// The subcommands of `syncnet`, one file each.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <iosfwd>

namespace syncnet::cli {

// Exit statuses of every subcommand.
enum ExitStatus : int { kDone = 0, kUsage = 2, kBadInput = 3, kInternal = 4 };

// Each adds its subcommand to `app`; the callback leaves its exit status in `status`.
void add_crops(CLI::App& app, int& status);

// Runs the whole command line.
int run(int argc, char** argv);

}  // namespace syncnet::cli
