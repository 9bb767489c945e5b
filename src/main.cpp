#include "cli/commands.h"

int main(int argc, char** argv) {
    return syncnet::cli::run(argc, argv);
}
