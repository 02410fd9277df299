#include "cloud/tencent_cloud.hpp"

#include "cloud/accounts.hpp"
#include "cloud/client.hpp"
#include "cloud/decorators.hpp"
#include "cloud/https_transport.hpp"
#include "cloud/signed_api.hpp"
#include "cloud/signed_cos.hpp"

#include <utility>

namespace cvmbackup {

namespace {

// What a client stands on, in the order in which the parts need each other.
struct Parts {
    Parts(
        std::unique_ptr<Transport> own,
        Transport& transport,
        Clock& clock,
        Random& random,
        Observer& observer,
        CloudSettings settings
    )
        : owned(std::move(own))
        , accounts(clock, transport, observer, std::move(settings.config_dir))
        , pace(clock)
        , signed_api(accounts, transport, clock)
        , signed_cos(accounts, transport, clock)
        , api(signed_api, pace, health, clock, random, observer)
        , cos(signed_cos, pace, health, clock, random, observer) {
        accounts.set(std::move(settings.accounts));
    }

    std::unique_ptr<Transport> owned;  // null if the transport is somebody else's
    Accounts accounts;
    Pace pace;
    Health health;
    SignedApi signed_api;
    SignedCos signed_cos;
    Decorated<Api> api;
    Decorated<Cos> cos;
};

class CompleteClient final : private Parts, public TencentCloud {
public:
    CompleteClient(
        std::unique_ptr<Transport> own,
        Transport& transport,
        Clock& clock,
        Random& random,
        Observer& observer,
        CloudSettings settings
    )
        : Parts(std::move(own), transport, clock, random, observer, std::move(settings))
        , TencentCloud(Parts::accounts, Parts::pace, clock, Parts::api, Parts::cos) {}
};

}  // namespace

std::unique_ptr<CloudClient> make_cloud(
    boost::asio::any_io_executor executor,
    Clock& clock,
    Random& random,
    Observer& observer,
    CloudSettings settings
) {
    std::unique_ptr<Transport> transport = make_https_transport(std::move(executor), {});
    Transport& borrowed = *transport;
    return std::make_unique<CompleteClient>(
        std::move(transport), borrowed, clock, random, observer, std::move(settings)
    );
}

std::unique_ptr<CloudClient> make_cloud(
    Transport& transport, Clock& clock, Random& random, Observer& observer, CloudSettings settings
) {
    return std::make_unique<CompleteClient>(
        nullptr, transport, clock, random, observer, std::move(settings)
    );
}

}  // namespace cvmbackup
