// A bucket of the small world, and short words for asking it.
#pragma once

#include "../base64.hpp"
#include "../digests.hpp"
#include "../text.hpp"
#include "client.hpp"

namespace cloudsim::test {

class Cos : public CloudTest {
protected:
    void SetUp() override { use(small_world()); }

    void put(const std::vector<std::string>& keys) {
        for (const std::string& key : keys) {
            cos("PUT", "/" + key, "x");
        }
    }

    std::string list(const std::string& query) { return cos("GET", "/?" + query).body; }

    // Exports the image, waits, and tells the target of its object.
    std::string export_root_disk(const std::string& image) {
        const Reply reply = call(
            "ExportImages",
            R"({"BucketName":"backup-1250000000","FileNamePrefixList":["a"],"ImageIds":[")" +
                image + R"("],"OnlyExportRootDisk":true})"
        );
        wait(20min);
        return "/" + std::string{reply.set("CosPaths").at(0).as_string().c_str()};
    }

    // What the first element of that name contains, "" without one.
    static std::string element_of(const std::string& xml, const std::string& name) {
        const std::string open = "<" + name + ">";
        const auto begin = xml.find(open);
        const auto end = xml.find("</" + name + ">", begin);
        return begin == std::string::npos
                   ? ""
                   : xml.substr(begin + open.size(), end - begin - open.size());
    }
};

class VersionedCos : public Cos {
protected:
    void SetUp() override {
        World world = small_world();
        world.accounts[0].buckets[0].versioned = true;
        use(world);
    }

    // The id of the version that is put.
    std::string put_version(const std::string& key, const std::string& body) {
        return header_of(cos("PUT", "/" + key, body), "x-cos-version-id");
    }
};

// The Content-MD5 of the body.
inline Headers with_md5(const std::string& body) {
    return {{"Content-MD5", base64_encode(md5(body))}};
}

}  // namespace cloudsim::test
