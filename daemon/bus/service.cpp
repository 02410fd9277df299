#include "bus/service.hpp"

#include "bus/job_object.hpp"
#include "bus/manager_object.hpp"
#include "bus/names.hpp"
#include "bus/policy_object.hpp"
#include "bus/pump.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <unistd.h>

namespace cvmbackup {

using namespace bus;

namespace {

// While jobs run, the cloud's percentages move without anybody telling.
constexpr Duration look_busy = std::chrono::seconds(1);
// A pause ends and an rpo is missed by the passing of time alone.
constexpr Duration look_idle = std::chrono::seconds(60);

std::unique_ptr<sdbus::IConnection> connect(const std::string& bus) {
    if (bus == "system") {
        return sdbus::createSystemBusConnection();
    }
    if (bus == "session") {
        return sdbus::createSessionBusConnection();
    }
    return sdbus::createSessionBusConnectionWithAddress(bus);
}

Failure unreachable(const std::string& bus, const std::string& why) {
    std::string advice = "is a message bus running there? Its address looks like unix:path=/run/x";
    if (bus == "system") {
        advice = "is dbus running (systemctl status dbus)? Another bus can be named with --bus";
    } else if (bus == "session") {
        advice = "no session bus in this environment? Another bus can be named with --bus";
    }
    return {
        Remedy::give_up,
        "BusUnreachable",
        "cannot reach the message bus '" + bus + "': " + why + "; " + advice,
        ""};
}

Failure name_refused(const std::string& bus, const sdbus::Error& error) {
    if (error.getName() == "org.freedesktop.DBus.Error.FileExists") {
        return {
            Remedy::give_up,
            "AlreadyRunning",
            std::string("another cvmbackupd is running on the bus '") + bus +
                "': it owns the name " + service_name + "; stop it first",
            ""};
    }
    return {
        Remedy::give_up,
        "BusRefused",
        std::string("the bus '") + bus + "' does not let this user own the name " + service_name +
            ": " + error.getMessage() + "; is the bus policy file installed, and the bus reloaded?",
        ""};
}

}  // namespace

class BusService::Impl : public std::enable_shared_from_this<Impl> {
public:
    Impl(
        boost::asio::any_io_executor executor,
        std::unique_ptr<sdbus::IConnection> connection,
        Commands& commands,
        Observer& log
    );

    void start(std::function<void(std::string)> on_lost);
    void stop();
    void note(const RunStarted& fact);
    void note(const RunFinished& fact);
    void look_soon();

private:
    void look();
    void show_all();
    void show_policies(Instant now);
    void show_jobs();
    void show_lifecycle();
    void add_job(const JobStatus& job);
    void end_job(RunId id, const Run& run);
    void sleep();

    boost::asio::any_io_executor executor_;
    Commands& commands_;
    Observer& log_;
    std::unique_ptr<sdbus::IConnection> connection_;
    Gate gate_;
    std::unique_ptr<ManagerObject> manager_;
    std::map<PolicyName, std::unique_ptr<PolicyObject>> policies_;
    std::map<RunId, std::unique_ptr<JobObject>> jobs_;
    std::vector<std::variant<RunStarted, RunFinished>> lifecycle_;  // not yet shown
    boost::asio::steady_timer timer_;
    std::shared_ptr<Pump> pump_;
    double speed_ = 1.0;  // of the daemon's clock
    bool look_posted_ = false;
    bool stopped_ = false;
};

BusService::Impl::Impl(
    boost::asio::any_io_executor executor,
    std::unique_ptr<sdbus::IConnection> connection,
    Commands& commands,
    Observer& log
)
    : executor_(executor)
    , commands_(commands)
    , log_(log)
    , connection_(std::move(connection))
    , gate_(*connection_, Doorman(::geteuid(), operators_group()), log, [this] { look(); })
    , timer_(executor) {}

// All objects are there before the first message is read.
void BusService::Impl::start(std::function<void(std::string)> on_lost) {
    manager_ = std::make_unique<ManagerObject>(*connection_, gate_, commands_);
    pump_ = std::make_shared<Pump>(executor_, *connection_, std::move(on_lost));
    look();
}

void BusService::Impl::stop() {
    stopped_ = true;
    timer_.cancel();
    if (pump_) {
        pump_->stop();
    }
    jobs_.clear();
    policies_.clear();
    manager_.reset();
}

void BusService::Impl::note(const RunStarted& fact) {
    lifecycle_.emplace_back(fact);
    look_soon();
}

void BusService::Impl::note(const RunFinished& fact) {
    lifecycle_.emplace_back(fact);
    look_soon();
}

void BusService::Impl::look_soon() {
    if (look_posted_ || stopped_ || !manager_) {
        return;
    }
    look_posted_ = true;
    boost::asio::post(executor_, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) {
            self->look_posted_ = false;
            self->look();
        }
    });
}

// Compares the daemon with what the bus shows, and tells of the differences.
void BusService::Impl::look() {
    if (stopped_) {
        return;
    }
    try {
        show_all();
    } catch (const sdbus::Error&) {
        // A bus that is gone is the pump's to report.
    } catch (const std::exception& error) {
        const std::string text = std::string("cannot show the daemon's state: ") + error.what();
        log_.observe(Notice{Notice::Level::error, text, {}, {}});
    }
    pump_->wake();
    sleep();
}

void BusService::Impl::show_all() {
    DaemonStatus status = commands_.status();
    const Instant now = status.now;
    speed_ = status.clock_speed;
    show_lifecycle();
    show_jobs();
    show_policies(now);
    manager_->update(std::move(status));
}

void BusService::Impl::show_lifecycle() {
    const auto facts = std::exchange(lifecycle_, {});
    for (const auto& fact : facts) {
        if (const auto* started = std::get_if<RunStarted>(&fact)) {
            add_job(JobStatus{started->run, started->backups, {}, {}});
            continue;
        }
        const Run& run = std::get<RunFinished>(fact).run;
        end_job(run.id, run);
    }
}

// Runs that go on after a restart have told no fact; a run whose end was missed still ends here.
void BusService::Impl::show_jobs() {
    std::set<RunId> running;
    for (const JobStatus& job : commands_.jobs()) {
        if (job.run.result) {
            continue;
        }
        running.insert(job.run.id);
        add_job(job);
        jobs_.at(job.run.id)->update(job);
    }
    std::vector<RunId> gone;
    for (const auto& [id, object] : jobs_) {
        if (!running.contains(id)) {
            gone.push_back(id);
        }
    }
    for (const RunId id : gone) {
        const auto job = commands_.job(id);
        end_job(id, job ? job->run : jobs_.at(id)->run());
    }
}

void BusService::Impl::add_job(const JobStatus& job) {
    const RunId id = job.run.id;
    if (jobs_.contains(id)) {
        return;
    }
    auto& object = jobs_[id];
    object = std::make_unique<JobObject>(*connection_, gate_, commands_, job);
    object->emitInterfacesAddedSignal({org::cvmbackup1::Job_adaptor::INTERFACE_NAME});
    manager_->emitJobStarted(
        static_cast<std::uint64_t>(id.value()), job_path(id), job.run.policy.text()
    );
}

void BusService::Impl::end_job(RunId id, const Run& run) {
    const auto found = jobs_.find(id);
    if (found == jobs_.end()) {
        return;
    }
    JobObject& object = *found->second;
    auto job = commands_.job(id);
    if (job) {
        job->run = run;
        object.update(*job);
    }
    const std::string result = to_text(run.result.value_or(Result::failed));
    object.emitFinished(result);
    manager_->emitJobFinished(
        static_cast<std::uint64_t>(id.value()), job_path(id), run.policy.text(), result
    );
    object.emitInterfacesRemovedSignal({org::cvmbackup1::Job_adaptor::INTERFACE_NAME});
    jobs_.erase(found);
}

void BusService::Impl::show_policies(Instant now) {
    const auto statuses = commands_.policies();
    std::set<PolicyName> names;
    for (const PolicyStatus& status : statuses) {
        names.insert(status.policy.name);
        auto& object = policies_[status.policy.name];
        if (object) {
            object->update(status, now);
            continue;
        }
        object = std::make_unique<PolicyObject>(*connection_, status, now);
        object->emitInterfacesAddedSignal({org::cvmbackup1::Policy_adaptor::INTERFACE_NAME});
    }
    std::erase_if(policies_, [&names](const auto& policy) {
        const bool gone = !names.contains(policy.first);
        if (gone) {
            policy.second->emitInterfacesRemovedSignal(
                {org::cvmbackup1::Policy_adaptor::INTERFACE_NAME}
            );
        }
        return gone;
    });
}

void BusService::Impl::sleep() {
    const auto idle = std::chrono::duration_cast<Duration>(look_idle / std::max(1.0, speed_));
    timer_.expires_after(jobs_.empty() ? std::max(idle, look_busy) : look_busy);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        const auto self = weak.lock();
        if (error || !self || self->stopped_) {
            return;
        }
        self->look();
    });
}

BusService::BusService(std::shared_ptr<Impl> impl)
    : impl_(std::move(impl)) {}

BusService::~BusService() {
    stop();
}

Outcome<std::unique_ptr<BusService>> BusService::open(
    boost::asio::any_io_executor executor, std::string bus, Commands& commands, Observer& log
) {
    std::unique_ptr<sdbus::IConnection> connection;
    try {
        connection = connect(bus);
    } catch (const sdbus::Error& error) {
        return unreachable(bus, error.getMessage());
    }
    try {
        connection->requestName(service_name);
    } catch (const sdbus::Error& error) {
        return name_refused(bus, error);
    }
    auto impl = std::make_shared<Impl>(executor, std::move(connection), commands, log);
    return std::unique_ptr<BusService>(new BusService(std::move(impl)));
}

void BusService::start(std::function<void(std::string)> on_lost) {
    impl_->start(std::move(on_lost));
}

// The last owner of the connection gives the name back by closing it.
void BusService::stop() {
    if (const auto impl = std::exchange(impl_, nullptr)) {
        impl->stop();
    }
}

void BusService::observe(const Fact& fact) {
    if (!impl_) {
        return;
    }
    if (const auto* started = std::get_if<RunStarted>(&fact)) {
        impl_->note(*started);
    } else if (const auto* finished = std::get_if<RunFinished>(&fact)) {
        impl_->note(*finished);
    } else if (std::get_if<BackupFinished>(&fact) || std::get_if<SettingsReloaded>(&fact)) {
        impl_->look_soon();
    }
}

void BusService::policies_changed() {
    if (impl_) {
        impl_->look_soon();
    }
}

}  // namespace cvmbackup
