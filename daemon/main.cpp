// Builds every room from the settings and runs the loop. The only file that knows all rooms.
#include "bus/service.hpp"
#include "catalog/catalog.hpp"
#include "cloud/tencent_cloud.hpp"
#include "engine/engine.hpp"
#include "service/notify.hpp"
#include "service/real_clock.hpp"
#include "service/real_random.hpp"
#include "service/signals.hpp"
#include "settings/settings.hpp"
#include "telemetry/journal.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"
#include "telemetry/metrics_server.hpp"
#include "telemetry/observers.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>

namespace {

using namespace cvmbackup;

constexpr int exit_failed = 1;
constexpr int exit_usage = 2;
constexpr int exit_unavailable = 69;
constexpr int exit_bad_configuration = 78;
// How long an orderly stop waits for calls that are under way.
constexpr std::chrono::seconds stop_patience{20};

struct Arguments {
    std::string config = "/etc/cvmbackup";
    std::string bus = "system";
    ClockScale clock;
    LogLevel log_level = LogLevel::info;
    bool check = false;
};

std::filesystem::path credentials_dir() {
    const char* dir = std::getenv("CREDENTIALS_DIRECTORY");  // NOLINT(concurrency-mt-unsafe)
    return dir == nullptr ? "" : dir;
}

// Everything the loop runs. The members are in the order in which they need each other.
class Daemon {
public:
    Daemon(const Arguments& arguments, Settings settings)
        : arguments_(arguments)
        , settings_(std::move(settings))
        , clock_(io_.get_executor(), arguments.clock)
        , log_(open_log(arguments.log_level, [this] { return clock_.now(); }))
        , journal_(*log_)
        , metrics_(CVMBACKUP_VERSION, clock_.speed())
        , notify_(io_.get_executor())
        , signals_(
              io_.get_executor(), [this] { stop(); }, [this] { reload(); }
          ) {}

    int run();

private:
    bool open();
    void announce();
    bool listen();
    void reload();
    Outcome<Settings> load();
    void stop();
    void leave(int code);
    std::string metrics_page();

    Arguments arguments_;
    Settings settings_;
    boost::asio::io_context io_{1};
    RealClock clock_;
    RealRandom random_;
    std::unique_ptr<Log> log_;
    Journal journal_;
    Metrics metrics_;
    Observers observers_;
    std::unique_ptr<Catalog> catalog_;
    std::unique_ptr<CloudClient> cloud_;
    std::unique_ptr<Engine> engine_;
    std::unique_ptr<BusService> bus_;
    std::unique_ptr<MetricsServer> metrics_server_;
    std::optional<boost::asio::steady_timer> stop_timer_;
    Notify notify_;
    Signals signals_;
    bool instance_metrics_ = false;
    bool stopping_ = false;
};

bool Daemon::open() {
    observers_.add(journal_);
    observers_.add(metrics_);
    catalog_ = open_catalog(settings_.catalog_path, [this](const std::string& what) {
        // Whoever asked may answer the error to a caller on the bus; the daemon ends all the same.
        boost::asio::post(io_, [what] { throw CatalogError(what); });
    });
    metrics_.restore(catalog_->totals(clock_.now()));
    metrics_.observe(SettingsReloaded{clock_.now(), true, ""});
    cloud_ = make_cloud(
        io_.get_executor(),
        clock_,
        random_,
        observers_,
        CloudSettings{settings_.accounts, settings_.config_dir}
    );
    instance_metrics_ = settings_.instance_metrics;
    EngineOptions options;
    options.version = CVMBACKUP_VERSION;
    options.clock_speed = clock_.speed();
    options.load = [this] { return load(); };
    options.applied = [this](const Settings& settings) {
        instance_metrics_ = settings.instance_metrics;
        cloud_->set_accounts(settings.accounts);
        bus_->policies_changed();
    };
    engine_ = std::make_unique<Engine>(
        io_.get_executor(), clock_, *cloud_, *catalog_, observers_, settings_, std::move(options)
    );
    Outcome<std::unique_ptr<BusService>> bus =
        BusService::open(io_.get_executor(), arguments_.bus, *engine_, observers_);
    if (!bus) {
        log_->error(bus.error().text);
        return false;
    }
    bus_ = *std::move(bus);
    observers_.add(*bus_);
    return listen();
}

bool Daemon::listen() {
    if (settings_.metrics_listen.empty()) {
        return true;
    }
    metrics_server_ = std::make_unique<MetricsServer>(
        io_.get_executor(), settings_.metrics_listen, [this] { return metrics_page(); }
    );
    const Outcome<void> started = metrics_server_->start();
    if (!started) {
        log_->error(started.error().text);
        return false;
    }
    return true;
}

std::string Daemon::metrics_page() {
    metrics_.set_policies(engine_->policies(), instance_metrics_);
    return metrics_.text();
}

void Daemon::announce() {
    std::string text =
        "cvmbackupd " CVMBACKUP_VERSION " is ready: " + std::to_string(settings_.policies.size()) +
        " policies from " + settings_.config_dir;
    if (metrics_server_) {
        text += ", metrics on " + settings_.metrics_listen;
    }
    log_->info(text);
    if (!arguments_.clock.is_real()) {
        log_->warning(
            "THE CLOCK IS SCALED, for demos and tests only: now " + to_rfc3339(clock_.now()) +
            ", " + std::to_string(std::lround(clock_.speed())) + " times as fast as real time"
        );
    }
    notify_.ready(std::to_string(settings_.policies.size()) + " policies");
}

Outcome<Settings> Daemon::load() {
    notify_.reloading();
    Loaded loaded = check_settings(arguments_.config, clock_.now(), credentials_dir());
    notify_.ready("");
    std::string errors;
    for (const Problem& problem : loaded.problems) {
        if (problem.severity == Severity::error) {
            errors += (errors.empty() ? "" : "\n") + to_text(problem);
        } else {
            log_->warning(to_text(problem));
        }
    }
    if (!loaded.settings) {
        return Failure{Remedy::give_up, command_code::bad_configuration, errors, ""};
    }
    return *std::move(loaded.settings);
}

void Daemon::reload() {
    // The outcome is told to the observers, which write it down.
    (void)engine_->reload();
}

void Daemon::stop() {
    if (stopping_) {
        return;
    }
    stopping_ = true;
    log_->info("stopping: waiting for calls to the cloud that are under way");
    notify_.stopping("stopping");
    stop_timer_.emplace(io_, stop_patience);
    stop_timer_->async_wait([this](const boost::system::error_code& error) {
        if (!error) {
            log_->warning("a call is still under way; its outcome is looked up after the start");
            leave(EXIT_SUCCESS);
        }
    });
    engine_->stop([this] { leave(EXIT_SUCCESS); });
}

// Everything that matters is in the catalog already; suspended coroutines need no unwinding.
void Daemon::leave(int code) {
    bus_->stop();
    if (metrics_server_) {
        metrics_server_->stop();
    }
    catalog_.reset();
    log_->info("stopped");
    std::exit(code);  // NOLINT(concurrency-mt-unsafe): one thread
}

int Daemon::run() {
    try {
        if (!open()) {
            return exit_unavailable;
        }
        clock_.start();
        signals_.start();
        notify_.start();
        bus_->start([this](const std::string& what) {
            log_->error("the message bus was lost: " + what);
            leave(exit_unavailable);
        });
        engine_->begin();
        announce();
        io_.run();
    } catch (const std::exception& error) {
        log_->error(error.what());
        std::cerr.flush();
        // The loop may hold coroutines that use rooms already gone: leave without unwinding.
        std::_Exit(exit_failed);
    }
    return EXIT_SUCCESS;
}

std::optional<Arguments> parse(int argc, char** argv, int& exit_code) {
    Arguments arguments;
    std::string clock;
    std::string level = "info";
    CLI::App app{
        "cvmbackupd backs up Tencent Cloud virtual machines as images, exports and replicas, by "
        "policies."};
    app.add_option("--config", arguments.config, "Directory with cvmbackup.toml and policies.d/")
        ->capture_default_str();
    app.add_option("--bus", arguments.bus, "system, session or a D-Bus address")
        ->capture_default_str();
    app.add_option(
        "--clock", clock, "For demos and tests: 'from=2027-01-04T00:00:00Z at=UNIXTIME speed=1440'"
    );
    app.add_option("--log-level", level, "trace, debug, info, warning or error")
        ->capture_default_str();
    app.add_flag("--check", arguments.check, "Check the configuration and exit");
    app.set_version_flag("--version", "cvmbackupd " CVMBACKUP_VERSION);
    app.footer(
        "Exit codes: 0 ok, 1 failed, 2 usage, 69 bus or address not available, 78 bad "
        "configuration."
    );
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        exit_code = app.exit(error) == 0 ? 0 : exit_usage;
        return std::nullopt;
    }
    const auto log_level = log_level_from(level);
    if (!log_level) {
        std::cerr << "--log-level: '" << level
                  << "' is none of trace, debug, info, warning, error\n";
        exit_code = exit_usage;
        return std::nullopt;
    }
    arguments.log_level = *log_level;
    if (!clock.empty()) {
        const Outcome<ClockScale> scale = parse_clock(clock);
        if (!scale) {
            std::cerr << "--clock: " << scale.error().text << '\n';
            exit_code = exit_usage;
            return std::nullopt;
        }
        arguments.clock = *scale;
    }
    return arguments;
}

// The settings' own checks need the time only to see whether a schedule still has a future.
Instant time_by(const ClockScale& scale) {
    boost::asio::io_context io;
    return RealClock(io.get_executor(), scale).now();
}

int serve(const Arguments& arguments) {
    Loaded loaded = check_settings(arguments.config, time_by(arguments.clock), credentials_dir());
    if (arguments.check) {
        std::cout << check_report(loaded);
        return loaded.settings ? EXIT_SUCCESS : exit_bad_configuration;
    }
    const std::unique_ptr<Log> log =
        open_log(arguments.log_level, [&] { return time_by(arguments.clock); });
    for (const Problem& problem : loaded.problems) {
        const bool is_error = problem.severity == Severity::error;
        log->write({is_error ? LogLevel::error : LogLevel::warning, to_text(problem), {}});
    }
    if (!loaded.settings) {
        log->error("the configuration has errors; cvmbackupd --check shows them too");
        return exit_bad_configuration;
    }
    Daemon daemon(arguments, *std::move(loaded.settings));
    return daemon.run();
}

}  // namespace

int main(int argc, char** argv) {
    int exit_code = 0;
    const std::optional<Arguments> arguments = parse(argc, argv, exit_code);
    if (!arguments) {
        return exit_code;
    }
    try {
        return serve(*arguments);
    } catch (const std::exception& error) {
        std::cerr << "cvmbackupd: " << error.what() << '\n';
        return exit_failed;
    }
}
