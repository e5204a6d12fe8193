// A bucket on a server that speaks S3 (Amazon Simple Storage Service API Reference, 2006-03-01):
// doc/drivers/s3_bucket.md.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/locked.h"
#include "objects/bucket.h"
#include "objects/s3_client.h"

namespace hikkoshi::objects {

struct S3Options {
  S3Address address;
  CredentialSource credentials;
  std::uint64_t part_size = 8 << 20;  ///< Larger objects go in parts; at least 5 MiB on AWS.
  std::uint64_t copy_part =
      1024u << 20;  ///< The server copies larger ones in parts; at most 5 GiB.
};

/// Path-style addresses, Signature Version 4 with signed payloads. Thread-safe.
class S3Bucket : public Bucket {
 public:
  S3Bucket(std::string name, S3Options options, Clock& clock);

  std::string name() const override { return name_; }
  Properties properties() const override;
  Page list(const ListRequest& request, std::stop_token stop = {}) override;
  std::optional<Object> head(const std::string& key, const Aspects& aspects = {}) override;
  ReadResult read(const ReadRequest& request, const Sink& sink, std::stop_token stop = {}) override;
  std::unique_ptr<Upload> write(const WriteRequest& request) override;
  CopyResult copy(const CopyRequest& request, std::stop_token stop = {}) override;
  void remove(const std::vector<std::string>& keys) override;

 private:
  class OneUpload;
  class PartsUpload;

  void complete(Object& object, const S3Response& response, const Aspects& aspects, bool is_read,
                std::stop_token stop);
  std::map<std::string, std::string> headers_of(const ObjectMeta& meta);
  std::string owner();
  void put_tags(const std::string& key, const std::map<std::string, std::string>& tags);
  std::string begin_upload(const std::string& key, const ObjectMeta& meta);
  std::string finish_upload(const std::string& key, const std::string& upload,
                            const std::vector<std::string>& etags);
  void abort_upload(const std::string& key, const std::string& upload);
  CopyResult copy_by_parts(const CopyRequest& request, const std::string& key,
                           const std::string& from, std::stop_token stop);
  void remove_one(const std::string& key);

  std::string name_;
  S3Options options_;
  S3Client client_;
  Locked<std::string> owner_;  ///< This account's id; empty: not asked yet.
};

}  // namespace hikkoshi::objects
