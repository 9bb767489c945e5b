// The subcommands of `syncnet`, one file each.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "base/error.h"

namespace syncnet::cli {

// Exit statuses of every subcommand.
enum ExitStatus : int { kDone = 0, kUsage = 2, kBadInput = 3, kInternal = 4, kInterrupted = 130 };

// Each adds its subcommand to `app`; the callback leaves its exit status in `status`.
void add_batch(CLI::App& app, int& status);
void add_calibrate(CLI::App& app, int& status);
void add_crops(CLI::App& app, int& status);
void add_evaluate(CLI::App& app, int& status);
void add_features(CLI::App& app, int& status);
void add_explain(CLI::App& app, int& status);
void add_fix(CLI::App& app, int& status);
void add_keys(CLI::App& app, int& status);
void add_models(CLI::App& app, int& status);
void add_report(CLI::App& app, int& status);
void add_score(CLI::App& app, int& status);
void add_serve(CLI::App& app, int& status);
void add_visualise(CLI::App& app, int& status);
void add_windows(CLI::App& app, int& status);
void add_worker(CLI::App& app, int& status);

// Tells a person on standard error what went wrong (`with`: which input, may be empty) and what to
// do; returns the exit status for it.
ExitStatus report(const Error& error, const std::string& with);

// Runs the whole command line.
int run(int argc, char** argv);

}  // namespace syncnet::cli
