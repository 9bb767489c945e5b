// `syncnet models`: which weights there are, whether they are what they should be, and how to get
// the published ones.
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <optional>

#include "base/error.h"
#include "base/folder.h"
#include "base/json.h"
#include "cli/commands.h"
#include "nn/weights/save_safetensors.h"
#include "pipeline/model_manifest.h"
#include "pipeline/models.h"
#include "sync/lip_sync.h"

namespace syncnet::cli {
namespace {

namespace fs = std::filesystem;
using pipeline::FileState;
using pipeline::ManifestEntry;

struct ModelsOptions {
    std::string manifest;  // empty: the bundled one
    std::string model, model_path, s3fd;
    bool json = false;
    std::vector<std::string> files;
    std::string in, out;
    bool force = false;
    std::string to, base_url;
    bool accept_licence = false;
};

std::vector<ManifestEntry> manifest(const ModelsOptions& options) {
    return pipeline::load_manifest(options.manifest.empty()
                                       ? pipeline::default_model_dir() / "manifest.json"
                                       : fs::path(options.manifest));
}

// A file that can't be read is none: what is wrong with it is said where it is checked.
bool is_custom_model(const fs::path& file) try {
    std::error_code failed;
    return fs::is_regular_file(file, failed) &&
           sync::is_lip_sync(*nn::open_weights(file, pipeline::kMaxWeightBytes));
} catch (const Error&) {
    return false;
}

// Where a model's file is looked for, as load_models does.
fs::path place_of(const ManifestEntry& entry, const ModelsOptions& options) {
    if (entry.name == "syncnet_v2" && !options.model_path.empty() &&
        !is_custom_model(options.model_path))
        return options.model_path;
    if (entry.name == "s3fd" && !options.s3fd.empty()) return options.s3fd;
    return pipeline::default_model_dir() / entry.file;
}

std::string scoring_model(const ModelsOptions& options) {
    return pipeline::load_models({.folder = pipeline::default_model_dir(),
                                  .model = options.model,
                                  .model_path = options.model_path,
                                  .s3fd = options.s3fd})
        ->choice;
}

int list(const ModelsOptions& options) {
    nlohmann::json models = nlohmann::json::array();
    for (const ManifestEntry& entry : manifest(options)) {
        const fs::path place = place_of(entry, options);
        std::error_code failed;
        const bool there = fs::is_regular_file(place, failed);
        models.push_back({{"name", entry.name},
                          {"role", entry.role},
                          {"present", there},
                          {"file", place.string()},
                          {"bundled", entry.bundled},
                          {"licence", entry.licence},
                          {"source", entry.source}});
    }
    const std::string choice = scoring_model(options);
    if (options.json) {
        std::cout << nlohmann::json{{"models", models}, {"scores", choice}}.dump() << '\n';
        return kDone;
    }
    for (const auto& m : models)
        std::cout << std::left << std::setw(24) << m.at("name").get<std::string>() << std::setw(10)
                  << m.at("role").get<std::string>() << std::setw(9)
                  << (m.at("present") ? "present" : "absent") << m.at("file").get<std::string>()
                  << "\n    " << m.at("licence").get<std::string>() << '\n';
    std::cout << "scores: " << choice << '\n';
    return kDone;
}

// By its name, or by the only model whose tensors it has.
std::optional<ManifestEntry> entry_for(const fs::path& file,
                                       const std::vector<ManifestEntry>& entries) {
    const auto named = std::ranges::find(entries, file.filename().string(), &ManifestEntry::file);
    if (named != entries.end()) return *named;
    const auto weights = nn::open_weights(file, pipeline::kMaxWeightBytes);
    for (const ManifestEntry& entry : entries) {
        const auto specs = pipeline::tensors_of(entry.name);
        // A file with a tensor too few is still that model's.
        if (!specs.empty() &&
            std::ranges::count_if(
                specs, [&](const nn::TensorSpec& s) { return weights->dims(s.name) != nullptr; }) *
                    2 >
                std::ssize(specs))
            return entry;
    }
    return std::nullopt;
}

int verify(const ModelsOptions& options) {
    const auto entries = manifest(options);
    std::vector<std::pair<ManifestEntry, fs::path>> wanted;
    int status = kDone;
    for (const std::string& file : options.files) {
        try {
            const auto entry = entry_for(file, entries);
            if (!entry)
                throw Error(ErrorCode::bad_model, "these are the weights of no model known here");
            wanted.emplace_back(*entry, file);
        } catch (const Error& e) {
            (void)report(e, file);
            status = kBadInput;
        }
    }
    if (options.files.empty())
        for (const ManifestEntry& entry : entries)
            wanted.emplace_back(entry, place_of(entry, options));
    for (const auto& [entry, file] : wanted) {
        const auto found = pipeline::check_file(entry, file);
        std::cout << entry.name << ": " << pipeline::to_string(found.state) << " (" << file.string()
                  << ")\n";
        for (const std::string& problem : found.problems) std::cout << "    " << problem << '\n';
        const bool needed = entry.bundled || !options.files.empty();
        if (found.state == FileState::unusable || (found.state == FileState::absent && needed))
            status = kBadInput;
    }
    return status;
}

int convert(const ModelsOptions& options) {
    if (fs::exists(options.out) && !options.force)
        throw Error(ErrorCode::cannot_write,
                    options.out + " is there already; --force replaces it");
    const auto weights = nn::open_weights(options.in, pipeline::kMaxWeightBytes);
    nn::save_safetensors(*weights, {{"source", fs::path(options.in).filename().string()}},
                         options.out);
    std::cout << options.out << ": " << weights->names().size() << " tensors\n";
    return kDone;
}

bool agrees() {
    if (::isatty(STDIN_FILENO) == 0) {
        std::cerr << "syncnet: say --accept-licence if you agree\n";
        return false;
    }
    std::cout << "Do you agree? [y/N] " << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "y" || answer == "Y" || answer == "yes";
}

// Without a shell: a URL is one argument, whatever is in it. True if curl was content.
bool curl(const std::string& url, const fs::path& to) {
    std::vector<std::string> words{"curl", "--fail",        "--location", "--retry",
                                   "2",    "--continue-at", "-",          "--show-error"};
    // Where a person is looking it tells how far it is and how long it will still take.
    if (::isatty(STDERR_FILENO) == 0) words.emplace_back("--silent");
    words.insert(words.end(), {"--output", to.string(), "--", url});
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    // posix_spawnp does not write to them.
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    pid_t child = 0;
    int status = 0;
    if (::posix_spawnp(&child, "curl", nullptr, nullptr, arguments.data(), environ) != 0)
        throw Error(ErrorCode::not_found, "the program curl, which downloads them; install it");
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// Goes on where a download stopped or, where the server can't, begins again.
void download(const std::string& url, const fs::path& to) {
    if (curl(url, to)) return;
    std::error_code failed;
    if (!fs::remove(to, failed) || !curl(url, to))
        throw Error(ErrorCode::not_found, "curl could not get " + url);
}

void fetch_one(const ManifestEntry& entry, const ModelsOptions& options, const fs::path& folder) {
    const fs::path file = folder / entry.file;
    switch (pipeline::check_file(entry, file).state) {
        case FileState::published:
            std::cout << entry.name << ": already there (" << file.string() << ")\n";
            return;
        case FileState::absent:
            break;
        default:
            throw Error(ErrorCode::cannot_write, file.string() +
                                                     " is there and is not the published file; "
                                                     "move it away or name another folder");
    }
    const fs::path partial = file.string() + ".partial";
    std::error_code failed;
    if (fs::file_size(partial, failed) != entry.bytes || failed)
        download(options.base_url.empty() ? entry.source : options.base_url + "/" + entry.file,
                 partial);
    const auto found = pipeline::check_file(entry, partial);
    if (found.state != FileState::published) {
        fs::remove(partial, failed);
        throw Error(ErrorCode::bad_model,
                    "what was downloaded is not the published file and was removed: " +
                        (found.problems.empty() ? "" : found.problems.front()));
    }
    fs::rename(partial, file);
    std::cout << entry.name << ": " << file.string() << '\n';
}

int fetch(const ModelsOptions& options) {
    const fs::path folder =
        options.to.empty() ? pipeline::default_model_dir() : fs::path(options.to);
    std::vector<ManifestEntry> wanted;
    for (const ManifestEntry& entry : manifest(options))
        if (!entry.bundled) wanted.push_back(entry);
    std::cout << "These files are not part of this program. Their authors give them away under a\n"
                 "licence that you must keep to; ask them before you use them in a product:\n";
    for (const ManifestEntry& entry : wanted)
        std::cout << "  " << entry.file << ", " << entry.bytes / 1'000'000 << " MB, "
                  << entry.source << "\n    " << entry.licence << '\n';
    if (!options.accept_licence && !agrees()) return kUsage;
    make_folder(folder);
    int status = kDone;
    for (const ManifestEntry& entry : wanted) {
        try {
            fetch_one(entry, options, folder);
        } catch (const Error& e) {
            status = report(e, entry.name);
        }
    }
    return status;
}

}  // namespace

void add_models(CLI::App& app, int& status) {
    auto* const command = app.add_subcommand("models", "Weights: list, verify, convert, fetch");
    command->require_subcommand(1);
    const auto options = std::make_shared<ModelsOptions>();
    command->add_option("--manifest", options->manifest, "another list of models");
    command->add_option("--model", options->model, "the one that scores by default")
        ->envname("MODEL");
    command
        ->add_option("--model-path", options->model_path,
                     "the published SyncNet, or a custom LipSync model")
        ->envname("MODEL_PATH");
    command->add_option("--detector-path", options->s3fd, "weights of S3FD")
        ->envname("DETECTOR_PATH");

    auto* const list_command =
        command->add_subcommand("list", "What is there, and which one scores");
    list_command->add_flag("--json", options->json, "for programs");
    list_command->callback([options, &status] { status = list(*options); });

    auto* const verify_command = command->add_subcommand(
        "verify", "Check sizes, hashes and every tensor; without files: all that are there");
    verify_command->add_option("file", options->files, "files with weights");
    verify_command->callback([options, &status] { status = verify(*options); });

    auto* const convert_command =
        command->add_subcommand("convert", "Write weights of any kind as safetensors");
    convert_command->add_option("in", options->in, "file with weights")->required();
    convert_command->add_option("out", options->out, "safetensors file")->required();
    convert_command->add_flag("--force", options->force, "replace a file that is there");
    convert_command->callback([options, &status] { status = convert(*options); });

    auto* const fetch_command =
        command->add_subcommand("fetch", "Download the published SyncNet and S3FD");
    fetch_command->add_option("--to", options->to, "folder; by default the models' own");
    fetch_command->add_option("--base-url", options->base_url, "a mirror that has the files");
    fetch_command->add_flag("--accept-licence", options->accept_licence, "do not ask");
    fetch_command->callback([options, &status] { status = fetch(*options); });
}

}  // namespace syncnet::cli
