// What keeps an object from being deleted or read: object lock and archive classes. And the bytes
// of exported images.
#include "../pattern.hpp"
#include "cos_fixture.hpp"

namespace cloudsim::test {
namespace {

class CosLock : public Cos {
protected:
    void SetUp() override {
        World world = small_world();
        world.accounts[0].buckets[0].object_lock = std::chrono::days{30};
        use(world);
    }

    std::string retain(const std::string& until) {
        const std::string body = "<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>" + until +
                                 "</RetainUntilDate></Retention>";
        return cos("PUT", "/key?retention", body).record.code;
    }
};

TEST_F(CosLock, HoldsAnObjectUntilItsTimeIsOver) {
    put({"key"});
    EXPECT_EQ(cos("DELETE", "/key").record.code, "AccessDenied");
    EXPECT_EQ(cos("PUT", "/key", "other").record.code, "AccessDenied");
    EXPECT_EQ(cos("GET", "/key").body, "x");
    wait(std::chrono::days{30});
    EXPECT_EQ(cos("DELETE", "/key").status, 204);
}

TEST_F(CosLock, TellsOfEachKeyThatIsHeld) {
    put({"key"});
    const std::string body = "<Delete><Object><Key>key</Key></Object></Delete>";
    const std::string result = cos("POST", "/?delete", body, with_md5(body)).body;
    EXPECT_THAT(result, HasSubstr("<Error><Key>key</Key><Code>AccessDenied</Code>"));
}

TEST_F(CosLock, LengthensARetentionButNeverShortensIt) {
    put({"key"});
    EXPECT_EQ(
        element_of(list("").empty() ? "" : cos("GET", "/key?retention").body, "RetainUntilDate"),
        "2027-02-03T00:00:01.000Z"
    );
    EXPECT_EQ(retain("2027-01-20T00:00:00.000Z"), "AccessDenied");
    EXPECT_EQ(retain("2026-01-20T00:00:00.000Z"), "InvalidArgument");
    EXPECT_EQ(retain("soon"), "MalformedXML");
    EXPECT_EQ(retain("2027-03-01T00:00:00.000Z"), "");
    wait(std::chrono::days{31});
    EXPECT_EQ(cos("DELETE", "/key").record.code, "AccessDenied");
}

TEST_F(CosLock, HoldsTheVersionButLetsADeleteMarkerHideIt) {
    cloud->state().find_bucket("backup-1250000000")->versioning = Versioning::enabled;
    const std::string id = header_of(cos("PUT", "/key", "x"), "x-cos-version-id");
    EXPECT_EQ(cos("DELETE", "/key").status, 204);
    EXPECT_EQ(cos("DELETE", "/key?versionId=" + id).record.code, "AccessDenied");
}

TEST_F(CosLock, KeepsAnExportFromReplacingWhatIsHeld) {
    const std::string image = ready_image();
    const std::string key = export_root_disk(image);
    const std::string first = header_of(cos("HEAD", key), "Last-Modified");
    EXPECT_NE(first, "");
    EXPECT_EQ(export_root_disk(image), key);
    EXPECT_EQ(header_of(cos("HEAD", key), "Last-Modified"), first);
}

TEST_F(Cos, LocksNothingBeforeObjectLockIsEnabled) {
    put({"key"});
    EXPECT_EQ(cos("GET", "/?object-lock").record.code, "ObjectLockConfigurationNotFoundError");
    EXPECT_EQ(cos("GET", "/key?retention").record.code, "NoSuchObjectLockConfiguration");
    const std::string body =
        "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>"
        "<DefaultRetention><Days>3</Days></DefaultRetention></Rule></ObjectLockConfiguration>";
    EXPECT_EQ(cos("PUT", "/?object-lock", body).status, 200);
    EXPECT_EQ(element_of(list("object-lock"), "Days"), "3");
    EXPECT_EQ(cos("DELETE", "/key").status, 204);
    put({"key"});
    EXPECT_EQ(cos("DELETE", "/key").status, 403);
}

TEST_F(Cos, RefusesAnObjectLockThatIsNone) {
    const auto code = [this](const std::string& enabled, const std::string& days) {
        const std::string body = "<ObjectLockConfiguration><ObjectLockEnabled>" + enabled +
                                 "</ObjectLockEnabled><Rule><DefaultRetention><Days>" + days +
                                 "</Days></DefaultRetention></Rule></ObjectLockConfiguration>";
        return cos("PUT", "/?object-lock", body).record.code;
    };
    EXPECT_EQ(code("Disabled", "1"), "MalformedXML");
    EXPECT_EQ(code("Enabled", "0"), "InvalidArgument");
    EXPECT_EQ(code("Enabled", "36501"), "InvalidArgument");
}

class CosArchive : public Cos {
protected:
    void SetUp() override {
        Cos::SetUp();
        cos("PUT", "/cold", "x", {{"x-cos-storage-class", "ARCHIVE"}});
    }

    HttpAnswer restore(const std::string& tier, const std::string& key = "cold") {
        return cos(
            "POST",
            "/" + key + "?restore",
            "<RestoreRequest><Days>2</Days><CASJobParameters><Tier>" + tier +
                "</Tier></CASJobParameters></RestoreRequest>"
        );
    }
};

TEST_F(CosArchive, IsReadOnlyWhileItIsRestored) {
    EXPECT_EQ(cos("GET", "/cold").record.code, "InvalidObjectState");
    EXPECT_EQ(restore("Standard").status, 202);
    EXPECT_EQ(header_of(cos("HEAD", "/cold"), "x-cos-restore"), "ongoing-request=\"true\"");
    EXPECT_EQ(cos("GET", "/cold").status, 403);
    wait(2h);
    EXPECT_EQ(cos("GET", "/cold").status, 403);
    wait(3h);
    EXPECT_EQ(cos("GET", "/cold").body, "x");
    EXPECT_THAT(
        header_of(cos("HEAD", "/cold"), "x-cos-restore"),
        HasSubstr("ongoing-request=\"false\", expiry-date=\"Wed, 06 Jan 2027 0")
    );
    wait(48h);
    EXPECT_EQ(cos("GET", "/cold").status, 403);
    EXPECT_EQ(header_of(cos("HEAD", "/cold"), "x-cos-restore"), "");
}

TEST_F(CosArchive, IsRestoredOnceAtATimeAndThenLonger) {
    EXPECT_EQ(restore("Expedited").status, 202);
    EXPECT_EQ(restore("Expedited").record.code, "RestoreAlreadyInProgress");
    wait(5min);
    EXPECT_EQ(cos("GET", "/cold").body, "x");
    wait(24h);
    EXPECT_EQ(restore("Standard").status, 200);
    wait(47h);
    EXPECT_EQ(cos("GET", "/cold").body, "x");
}

TEST_F(CosArchive, RefusesRestoresThatMakeNoSense) {
    put({"warm"});
    cos("PUT", "/deep", "x", {{"x-cos-storage-class", "DEEP_ARCHIVE"}});
    EXPECT_EQ(restore("Standard", "warm").record.code, "InvalidObjectState");
    EXPECT_EQ(restore("Expedited", "deep").record.code, "InvalidArgument");
    EXPECT_EQ(restore("Bulk", "none").record.code, "NoSuchKey");
    EXPECT_EQ(cos("POST", "/cold?restore", "<RestoreRequest/>").record.code, "InvalidArgument");
}

class CosExport : public Cos {
protected:
    void SetUp() override {
        Cos::SetUp();
        key = export_root_disk(ready_image());
    }

    std::string range(const std::string& text) {
        return cos("GET", key, "", {{"Range", "bytes=" + text}}).body;
    }

    std::string key;
};

TEST_F(CosExport, GivesTheSameBytesInAnyRange) {
    const std::string bytes = range("4000-4999");
    EXPECT_THAT(bytes, SizeIs(1000));
    EXPECT_EQ(range("4000-4499") + range("4500-4999"), bytes);
    EXPECT_THAT(range("-10"), SizeIs(10));
}

TEST_F(CosExport, LeavesTheWholeToWhoeverSendsIt) {
    const HttpAnswer whole = cos("GET", key);
    EXPECT_EQ(whole.body, "");
    EXPECT_EQ(whole.content_length, 50ULL << 30U);
    ASSERT_TRUE(whole.pattern);
    EXPECT_EQ(pattern_bytes({whole.pattern->seed, 4000, 1000}), range("4000-4999"));
}

TEST(Pattern, HasTheCrcOfItsBytes) {
    const std::uint64_t length = 123'456;
    EXPECT_EQ(pattern_crc64(7, length), crc64_ecma(pattern_bytes({7, 0, length})));
    EXPECT_EQ(pattern_crc64(7, 0), crc64_ecma(""));
}

TEST_F(CosExport, TellsTheCrcOfItsBytes) {
    const std::uint64_t seed = cos("GET", key).pattern->seed;
    EXPECT_EQ(
        header_of(cos("HEAD", key), "x-cos-hash-crc64ecma"),
        std::to_string(pattern_crc64(seed, 50ULL << 30U))
    );
}

}  // namespace
}  // namespace cloudsim::test
