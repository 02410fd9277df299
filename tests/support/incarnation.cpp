#include "support/incarnation.hpp"

#include <cstdlib>

namespace cvmbackup {

Incarnation::Incarnation(
    const Birth& birth,
    cloudsim::Cloud& cloud,
    Catalog& catalog,
    Observer& observer,
    std::function<Settings()> settings
)
    : clock(*io, birth.now, birth.wrong)
    , random(birth.seed)
    , transport(clock, cloud)
    , client(make_cloud(transport, clock, random, observer, CloudSettings{settings().accounts, "/"})
      ) {
    EngineOptions options;
    options.version = "test";
    options.load = [settings]() -> Outcome<Settings> { return settings(); };
    options.applied = [](const Settings&) {};
    engine = std::make_unique<Engine>(
        io->get_executor(), clock, *client, catalog, observer, settings(), std::move(options)
    );
}

Incarnation::~Incarnation() {
    io.reset();
}

void set_simulated_key() {
    ::setenv("TENCENTCLOUD_SECRET_ID", "AKIDsimulated", 1);
    ::setenv("TENCENTCLOUD_SECRET_KEY", "simulatedkey", 1);
}

}  // namespace cvmbackup
