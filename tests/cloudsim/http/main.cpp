#include "../cloud.hpp"
#include "../fault_reader.hpp"
#include "../world_reader.hpp"
#include "server.hpp"

#include <iostream>
#include <optional>

namespace {

using namespace cloudsim;

constexpr int exit_failed = 1;
constexpr int exit_usage = 2;
constexpr int exit_bad_file = 78;

ScaledClock clock_of(const Options& options) {
    if (options.clock) {
        return *options.clock;
    }
    const auto real = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
    return {real, real, options.speed};
}

// Tells the problems of both files at once.
std::pair<World, FaultPlan> load_files(const Options& options) {
    std::optional<World> world;
    FaultPlan faults;
    std::string problems;
    try {
        world = load_world(options.world);
    } catch (const FileError& error) {
        problems = error.what();
    }
    try {
        if (!options.faults.empty()) {
            faults = load_faults(options.faults, world ? &*world : nullptr);
        }
    } catch (const FileError& error) {
        problems += (problems.empty() ? "" : "\n") + std::string{error.what()};
    }
    if (!problems.empty()) {
        throw FileError{problems};
    }
    return {std::move(*world), std::move(faults)};
}

int run(const Options& options) {
    if (options.wants_help) {
        std::cout << help_text;
        return 0;
    }
    if (options.wants_version) {
        std::cout << "cvmcloudsim " CVMBACKUP_VERSION "\n";
        return 0;
    }
    auto [world, faults] = load_files(options);
    // Streams of seeds that are neighbours run alike but for a step: people give 1, 2, 3.
    const std::uint64_t seed = Chance{options.seed, 0}.next();
    Cloud cloud{std::move(world), seed, std::move(faults)};
    serve(cloud, clock_of(options), options, std::cout);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(parse_options({argv + 1, argv + argc}));
    } catch (const UsageError& error) {
        std::cerr << "cvmcloudsim: " << error.what() << "\nTry 'cvmcloudsim --help'.\n";
        return exit_usage;
    } catch (const FileError& error) {
        std::cerr << error.what() << '\n';
        return exit_bad_file;
    } catch (const std::exception& error) {
        std::cerr << "cvmcloudsim: " << error.what() << '\n';
        return exit_failed;
    }
}
