// What the bus tells by itself: which signals, in which order, and what the objects then show.
#include "bus/pump.hpp"
#include "bus/support/stage.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace cvmbackup::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

using Dict = std::map<std::string, sdbus::Variant>;

// A second connection in the same loop, which notes the signals of one object and their words.
class Listener {
public:
    explicit Listener(Stage& stage)
        : connection_(sdbus::createSessionBusConnectionWithAddress(stage.bus.address()))
        , pump_(std::make_shared<bus::Pump>(
              stage.io.get_executor(), *connection_, [](const std::string&) {}
          )) {}

    ~Listener() { pump_->stop(); }

    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    void listen(const std::string& path) {
        auto& proxy =
            proxies_.emplace_back(sdbus::createProxy(*connection_, "org.cvmbackup1", path));
        note_properties(*proxy);
        note_objects(*proxy);
        note_jobs(*proxy);
        proxy->finishRegistration();
        pump_->wake();
    }

    bool heard(const std::string& words) const {
        return std::ranges::find(heard_, words) != heard_.end();
    }

    const std::vector<std::string>& all() const { return heard_; }

    // Without the names of changed properties.
    std::vector<std::string> events() const {
        std::vector<std::string> result = heard_;
        std::erase_if(result, [](const std::string& words) {
            return words.find(' ') == std::string::npos;
        });
        return result;
    }

    std::map<std::string, std::string> last_texts;  // of string properties

private:
    void note_properties(sdbus::IProxy& proxy) {
        proxy.uponSignal("PropertiesChanged")
            .onInterface("org.freedesktop.DBus.Properties")
            .call([this](const std::string&, const Dict& changed, const std::vector<std::string>&) {
                for (const auto& [name, value] : changed) {
                    heard_.push_back(name);
                    if (value.containsValueOfType<std::string>()) {
                        last_texts[name] = value.get<std::string>();
                    }
                }
            });
    }

    void note_objects(sdbus::IProxy& proxy) {
        const std::string interface = "org.freedesktop.DBus.ObjectManager";
        proxy.uponSignal("InterfacesAdded")
            .onInterface(interface)
            .call([this](const sdbus::ObjectPath& path, const std::map<std::string, Dict>&) {
                heard_.push_back("added " + path);
            });
        proxy.uponSignal("InterfacesRemoved")
            .onInterface(interface)
            .call([this](const sdbus::ObjectPath& path, const std::vector<std::string>&) {
                heard_.push_back("removed " + path);
            });
    }

    void note_jobs(sdbus::IProxy& proxy) {
        proxy.uponSignal("JobStarted")
            .onInterface("org.cvmbackup1.Manager")
            .call([this](std::uint64_t, const sdbus::ObjectPath& path, const std::string&) {
                heard_.push_back("started " + path);
            });
        proxy.uponSignal("JobFinished")
            .onInterface("org.cvmbackup1.Manager")
            .call([this](
                      std::uint64_t,
                      const sdbus::ObjectPath& path,
                      const std::string&,
                      const std::string& result
                  ) { heard_.push_back("finished " + path + " " + result); });
        proxy.uponSignal("Finished")
            .onInterface("org.cvmbackup1.Job")
            .call([this](const std::string& result) { heard_.push_back("Finished " + result); });
    }

    std::unique_ptr<sdbus::IConnection> connection_;
    std::shared_ptr<bus::Pump> pump_;
    std::vector<std::unique_ptr<sdbus::IProxy>> proxies_;
    std::vector<std::string> heard_;
};

class BusSignals : public ::testing::Test {
protected:
    // What the service tells at its start is not what the tests are about.
    void SetUp() override {
        while (stage_.io.poll() != 0) {
        }
    }

    void hear(const std::string& words) {
        stage_.run_until([&] { return listener_.heard(words); });
    }

    Stage stage_;
    Listener listener_{stage_};
};

const std::string root = "/org/cvmbackup1";
const std::string job_1 = "/org/cvmbackup1/job/1";

TEST_F(BusSignals, AJobsLifeIsToldInOrder) {
    listener_.listen(root);
    listener_.listen(job_1);

    const auto id = stage_.world.run_now(PolicyName("web"), {});
    hear("started " + job_1);
    stage_.world.finish(*id, Result::partial);
    hear("removed " + job_1);

    EXPECT_THAT(
        listener_.events(),
        ElementsAre(
            "added " + job_1,
            "started " + job_1,
            "Finished partial",
            "finished " + job_1 + " partial",
            "removed " + job_1
        )
    );
    EXPECT_EQ(listener_.last_texts.at("State"), "partial");
}

TEST_F(BusSignals, ARunThatEndsBeforeAnybodyLooksIsToldAllTheSame) {
    listener_.listen(root);

    const auto id = stage_.world.run_now(PolicyName("web"), {});
    stage_.world.finish(*id, Result::skipped);
    hear("removed " + job_1);

    EXPECT_THAT(
        listener_.events(),
        ElementsAre(
            "added " + job_1,
            "started " + job_1,
            "finished " + job_1 + " skipped",
            "removed " + job_1
        )
    );
}

TEST_F(BusSignals, ARunWhoseFactsWereMissedStillBeginsAndEnds) {
    listener_.listen(root);
    stage_.world.observer = nullptr;

    const auto id = stage_.world.run_now(PolicyName("web"), {});
    stage_.service->policies_changed();
    hear("started " + job_1);
    stage_.world.finish(*id, Result::ok);
    stage_.service->policies_changed();
    hear("removed " + job_1);

    EXPECT_THAT(listener_.events(), Contains("finished " + job_1 + " ok"));
}

TEST_F(BusSignals, ProgressIsToldWithoutAnyFact) {
    listener_.listen(job_1);
    const auto id = stage_.world.run_now(PolicyName("web"), {});
    stage_.service->policies_changed();

    stage_.world.make_progress(*id, 50);
    hear("Progress");

    EXPECT_THAT(listener_.all(), Not(Contains("Done")));
}

TEST_F(BusSignals, NothingIsToldWhenNothingChanged) {
    listener_.listen(root);
    listener_.listen("/org/cvmbackup1/policy/web");

    stage_.service->policies_changed();
    stage_.world.add_policy("last");
    stage_.service->policies_changed();
    hear("added /org/cvmbackup1/policy/last");

    EXPECT_THAT(listener_.events(), ElementsAre("added /org/cvmbackup1/policy/last"));
    EXPECT_THAT(listener_.all(), Not(Contains("NextRun")));
}

TEST_F(BusSignals, APolicysStateIsToldWhenItChanges) {
    listener_.listen("/org/cvmbackup1/policy/web");

    stage_.call("Pause stsa{sv} web 0 upgrade 0");
    hear("Paused");

    EXPECT_EQ(listener_.last_texts.at("PauseReason"), "upgrade");
}

TEST_F(BusSignals, PoliciesComeAndGoWithEscapedNames) {
    listener_.listen(root);

    stage_.world.add_policy("db-1.main");
    stage_.service->policies_changed();
    hear("added /org/cvmbackup1/policy/db_2d1_2emain");
    stage_.world.known_policies.erase(PolicyName("db-1.main"));
    stage_.service->policies_changed();

    hear("removed /org/cvmbackup1/policy/db_2d1_2emain");
}

}  // namespace
}  // namespace cvmbackup::test
