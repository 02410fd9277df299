#include "../cloud.hpp"
#include "../fault_reader.hpp"
#include "../world_reader.hpp"
#include "server.hpp"

#include <iostream>

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

int run(const Options& options) {
    if (options.wants_help) {
        std::cout << help_text;
        return 0;
    }
    if (options.wants_version) {
        std::cout << "cvmcloudsim " CVMBACKUP_VERSION "\n";
        return 0;
    }
    World world = load_world(options.world);
    FaultPlan faults = options.faults.empty() ? FaultPlan{} : load_faults(options.faults);
    Cloud cloud{std::move(world), options.seed, std::move(faults)};
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
