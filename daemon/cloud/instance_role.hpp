// Temporary credentials of the role of the instance we run on, from the metadata service
// (…/cam/security-credentials/, then …/ROLE). Refreshed 300 s before they expire; the old ones are
// used on while they live, if that fails.
#pragma once

#include "cloud/credentials.hpp"

#include <memory>

namespace cvmbackup {

std::unique_ptr<Credentials> make_role_credentials(
    const Account& account, Clock& clock, Transport& transport
);

}  // namespace cvmbackup
