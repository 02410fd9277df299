-- A catalog of schema version 1 (sqlite3 .dump). Never edited: it is what users have.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    policy TEXT NOT NULL,
    cause TEXT NOT NULL,
    due INTEGER NOT NULL,
    started INTEGER NOT NULL,
    finished INTEGER,
    result TEXT,
    good INTEGER NOT NULL,
    note TEXT NOT NULL,
    passed INTEGER NOT NULL,
    passed_until INTEGER
) STRICT;
INSERT INTO run VALUES(1,'web','catch-up',1000001,2000001,3000003,'partial',0,'said at the end',3,4000004);
CREATE TABLE backup (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES run(id),
    policy TEXT NOT NULL,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    instance TEXT NOT NULL,
    instance_name TEXT NOT NULL,
    os_name TEXT NOT NULL,
    data_disks TEXT NOT NULL,
    system_disk TEXT NOT NULL,
    format TEXT NOT NULL,
    power_off INTEGER NOT NULL,
    start_again INTEGER NOT NULL,
    due INTEGER NOT NULL,
    start_at INTEGER NOT NULL,
    started INTEGER,
    finished INTEGER,
    state TEXT NOT NULL,
    result TEXT,
    good INTEGER NOT NULL,
    impossible INTEGER NOT NULL,
    not_started INTEGER NOT NULL,
    cancel_requested INTEGER NOT NULL,
    adopted INTEGER NOT NULL,
    pinned_at INTEGER,
    pinned_until INTEGER,
    pin_reason TEXT NOT NULL,
    reasons TEXT NOT NULL
) STRICT;
INSERT INTO backup VALUES(4,1,'web','prod','ap-shanghai','ins-00000001',replace('wéb-1\nwith "quotes" and a ','\n',char(10)),'Debian 12.0 64bit','[{"id":"disk-a","size_gib":100,"type":"CLOUD_PREMIUM","encrypted":true},{"id":"disk-b","size_gib":600,"type":"CLOUD_SSD","encrypted":false}]','{"id":"disk-s","size_gib":50,"type":"CLOUD_BSSD","encrypted":true}','vmdk',1,0,1000004,1000504,2000000,3000000,'finished','partial',0,0,1,1,1,3000001,NULL,'before the upgrade','["disk-c is a local disk","a second reason"]');
CREATE TABLE copy (
    id INTEGER PRIMARY KEY,
    backup INTEGER NOT NULL REFERENCES backup(id),
    policy TEXT NOT NULL,
    instance TEXT NOT NULL,
    due INTEGER NOT NULL,
    kind TEXT NOT NULL,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    bucket TEXT NOT NULL,
    name TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    state TEXT NOT NULL,
    image TEXT NOT NULL,
    objects TEXT NOT NULL,
    size_gib INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    intended_at INTEGER,
    accepted_at INTEGER,
    settled_at INTEGER,
    deleted_at INTEGER,
    queued_until INTEGER,
    code TEXT NOT NULL,
    reason TEXT NOT NULL,
    request_id TEXT NOT NULL,
    quarantined INTEGER NOT NULL,
    unanswered INTEGER NOT NULL
) STRICT;
INSERT INTO copy VALUES(8,4,'web','ins-00000001',1000004,'export','prod','ap-guangzhou','ops-backup-1250000000','web/ins-1/2027',3,'done','img-1','[{"key":"web/a.qcow2","size_bytes":5000000000,"etag":"\"etag\"","crc64":"18446744073709551615"},{"key":"b","size_bytes":0,"etag":"","crc64":""}]',50,7,11,12,13,14,15,'LimitExceeded','the quota is "full"','0b1-2c3',1,1);
INSERT INTO copy VALUES(9,4,'web','ins-00000001',1000004,'export','prod','ap-guangzhou','ops-backup-1250000000','web/ins-1/2027',3,'skipped','img-1','[{"key":"web/a.qcow2","size_bytes":5000000000,"etag":"\"etag\"","crc64":"18446744073709551615"},{"key":"b","size_bytes":0,"etag":"","crc64":""}]',50,7,11,12,13,14,15,'LimitExceeded','the quota is "full"','0b1-2c3',1,1);
CREATE TABLE policy (
    name TEXT NOT NULL PRIMARY KEY,
    last_due INTEGER,
    known_since INTEGER,
    paused_at INTEGER,
    paused_until INTEGER,
    pause_reason TEXT NOT NULL,
    pruned_at INTEGER,
    kept INTEGER NOT NULL,
    agreed_to INTEGER NOT NULL,
    disagreement TEXT NOT NULL
) STRICT;
INSERT INTO policy VALUES('web',1,2,3,4,'upgrade',5,6,7,'one is gone');
CREATE INDEX run_by_policy ON run(policy);
CREATE INDEX run_by_due ON run(policy, due);
CREATE INDEX run_by_result ON run(policy, result);
CREATE INDEX run_success ON run(policy, due, good) WHERE good = 1;
CREATE INDEX run_unfinished ON run(id) WHERE finished IS NULL;
CREATE INDEX backup_by_run ON backup(run);
CREATE INDEX backup_by_policy ON backup(policy);
CREATE INDEX backup_by_instance ON backup(instance, policy, due);
CREATE INDEX backup_by_result ON backup(result, policy);
CREATE INDEX backup_success ON backup(policy, instance, due, good) WHERE good = 1;
CREATE INDEX backup_unfinished ON backup(id) WHERE state <> 'finished';
CREATE INDEX copy_by_backup ON copy(backup);
CREATE INDEX copy_by_state ON copy(state, kind, backup);
CREATE INDEX copy_done ON copy(policy, instance, kind, due, region, size_gib, state)
    WHERE state = 'done';
CREATE INDEX copy_kept ON copy(policy, backup) WHERE
    (state IN ('done', 'deleting') OR state = 'failed' AND (image <> '' OR objects <> '[]'));
CREATE INDEX copy_quarantined ON copy(kind, quarantined) WHERE quarantined = 1;
PRAGMA application_id = 1129729346;
PRAGMA user_version = 1;
COMMIT;
