// Prints what the library says of a video, as JSON; or the code of what is wrong with it.
#include <syncnet/syncnet.h>

#include <iostream>

int main(int argc, char** argv) {
    try {
        const syncnet::Analyzer analyzer;
        std::cout << analyzer.analyze_file(argc > 1 ? argv[1] : "").json << '\n';
    } catch (const syncnet::Error& e) {
        std::cout << e.info().name << '\n';
        return 3;
    }
}
