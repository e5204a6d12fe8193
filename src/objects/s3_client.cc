#include "objects/s3_client.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <exception>

#include <curl/curl.h>

#include "base/text.h"
#include "objects/attempt.h"
#include "objects/s3_xml.h"

namespace hikkoshi::objects {
namespace {

constexpr long connect_timeout_ms = 10'000;
constexpr long stalled_s = 60;  // Without a byte.
constexpr long large_buffer = 256 << 10, small_buffer = 32 << 10;
constexpr std::uint64_t worth_large_buffer = 1 << 20;  // libcurl makes it anew for each transfer.
constexpr const char* hash_of_nothing =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr size_t longest_answer = 64 << 20;  // Of an answer that is no object.

/// What one transfer is told and tells, on its caller's thread.
struct Transfer {
  const Sink* sink = nullptr;
  std::stop_token stop;
  S3Response response;
  std::exception_ptr thrown;
};

size_t take_body(char* bytes, size_t size, size_t count, void* into) {
  auto& transfer = *static_cast<Transfer*>(into);
  const size_t length = size * count;
  if (!transfer.sink || !transfer.response.ok()) {
    if (transfer.response.body.size() + length > longest_answer) return 0;
    transfer.response.body.append(bytes, length);
    return length;
  }
  try {
    (*transfer.sink)({bytes, length});
    return length;
  } catch (...) {
    transfer.thrown = std::current_exception();
    return 0;
  }
}

/// Whether a header belongs to an object; the others would only cost memory.
bool tells_something(std::string_view name) {
  if (name.starts_with("x-amz-")) return name != "x-amz-request-id" && name != "x-amz-id-2";
  return name.starts_with("content-") || name == "etag" || name == "last-modified" ||
         name == "cache-control" || name == "expires";
}

size_t take_header(char* bytes, size_t size, size_t count, void* into) {
  auto& response = static_cast<Transfer*>(into)->response;
  const std::string_view line = trim({bytes, size * count});
  const size_t colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    const size_t space = line.find(' ');
    response = {};
    response.status = space == std::string_view::npos ? 0 : std::atoi(line.data() + space);
  } else if (colon != std::string_view::npos) {
    std::string name(line.substr(0, colon));
    for (char& letter : name) {
      if (letter >= 'A' && letter <= 'Z') letter += 'a' - 'A';
    }
    if (tells_something(name)) response.headers[std::move(name)] = trim(line.substr(colon + 1));
  }
  return size * count;
}

int look_at_stop(void* from, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Transfer*>(from)->stop.stop_requested() ? 1 : 0;
}

using HeaderList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

HeaderList header_list(const std::map<std::string, std::string>& headers) {
  HeaderList list(nullptr, curl_slist_free_all);
  const auto add = [&](const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    HIKKOSHI_ASSERT(longer);
    (void)list.release();
    list.reset(longer);
  };
  for (const auto& [name, value] : headers) {
    const bool plain = std::all_of(value.begin(), value.end(),
                                   [](unsigned char byte) { return byte >= ' ' && byte != 0x7f; });
    if (!plain) {
      throw Error(Retry::never, "'" + printable(value) + "' cannot be sent as " + name);
    }
    // A header without a value is left out by libcurl, unless it is written with ';'.
    add(value.empty() ? name + ";" : name + ": " + value);
  }
  add("expect:");
  if (!headers.count("content-type")) add("content-type:");
  return list;
}

bool is_expired(const S3Response& response) {
  if (response.status != 403 && response.status != 400 && response.status != 401) return false;
  const auto fault = parse_fault(response.body);
  return fault && (fault->code == "ExpiredToken" || fault->code == "TokenRefreshRequired" ||
                   fault->code == "InvalidToken" || fault->code == "RequestExpired");
}

bool is_one_of(const std::string& code, std::initializer_list<const char*> codes) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

}  // namespace

S3Address parse_s3_url(const std::string& url) {
  const auto fault = [&](const char* what) {
    return Error(Retry::never, "'" + printable(url) + "' " + what, Exit::bad_move_file)
        .remedy("write it as https://s3.example/bucket");
  };
  const size_t scheme = url.find("://");
  const std::string kind = url.substr(0, scheme == std::string::npos ? 0 : scheme);
  if (kind != "http" && kind != "https") throw fault("is no URL of http or https");
  const size_t slash = url.find('/', scheme + 3);
  if (slash == std::string::npos || slash == scheme + 3) throw fault("names no bucket");
  S3Address address{url.substr(0, slash), url.substr(slash + 1)};
  if (address.bucket.ends_with('/')) address.bucket.pop_back();
  const bool plain =
      !address.bucket.empty() &&
      std::all_of(address.bucket.begin(), address.bucket.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_';
      });
  if (!plain) throw fault("names no bucket that S3 could have");
  if (address.server.find('@') != std::string::npos) throw fault("must not hold a login");
  // s3.eu-west-1.amazonaws.com, s3.dualstack.eu-west-1.amazonaws.com
  const auto labels = split(address.server.substr(scheme + 3), '.');
  if (labels.size() >= 4 && labels[labels.size() - 2] == "amazonaws") {
    address.region = labels[labels.size() - 3];
  }
  return address;
}

const std::string& S3Response::header(const std::string& name) const {
  static const std::string none;
  const auto at = headers.find(name);
  return at == headers.end() ? none : at->second;
}

/// A handle of libcurl with the connection that it keeps, and what never changes in it.
struct S3Client::Connection {
  Connection() : curl(curl_easy_init()) {
    if (!curl) throw Error(Retry::never, "libcurl cannot be used");
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_HTTP_VERSION, long(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_PATH_AS_IS, 1L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_CONNECTTIMEOUT_MS, connect_timeout_ms);
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, stalled_s);
    set(CURLOPT_ERRORBUFFER, &fault[0]);
    set(CURLOPT_WRITEFUNCTION, take_body);
    set(CURLOPT_HEADERFUNCTION, take_header);
    set(CURLOPT_XFERINFOFUNCTION, look_at_stop);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { curl_easy_cleanup(curl); }

  template <typename Value>
  void set(CURLoption option, Value value) {
    if (curl_easy_setopt(curl, option, value) != CURLE_OK) {
      throw Error(Retry::never, "libcurl does not take option " + std::to_string(int(option)));
    }
  }

  /// All that differs between requests, whatever the last one was.
  void prepare(const S3Request& request, const std::string& url, curl_slist* headers,
               Transfer& transfer) {
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_HTTPHEADER, headers);
    set(CURLOPT_WRITEDATA, &transfer);
    set(CURLOPT_HEADERDATA, &transfer);
    set(CURLOPT_XFERINFODATA, &transfer);
    set(CURLOPT_NOPROGRESS, transfer.stop.stop_possible() ? 0L : 1L);
    const bool large =
        std::max<std::uint64_t>(request.body.size(), request.expected_size) >= worth_large_buffer;
    set(CURLOPT_BUFFERSIZE, large ? large_buffer : small_buffer);
    set(CURLOPT_UPLOAD_BUFFERSIZE, large ? large_buffer : small_buffer);
    set(CURLOPT_HTTPGET, 1L);  // Undoes HEAD and POST.
    if (request.method == "HEAD") set(CURLOPT_NOBODY, 1L);
    if (request.method == "PUT" || request.method == "POST") {
      // As a "post" libcurl sends small bodies in one packet with the headers.
      set(CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.data());
      set(CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.size()));
    }
    const bool own_word = request.method == "GET" || request.method == "HEAD";
    set(CURLOPT_CUSTOMREQUEST, own_word ? nullptr : request.method.c_str());
    fault[0] = '\0';
  }

  CURL* curl;
  char fault[CURL_ERROR_SIZE] = "";
};

S3Client::S3Client(S3Address address, CredentialSource credentials, Clock& clock)
    : address_(std::move(address)),
      host_(address_.server.substr(address_.server.find("://") + 3)),
      source_(std::move(credentials)),
      clock_(clock),
      signer_(address_.region, "s3") {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (ready != CURLE_OK) throw Error(Retry::never, "libcurl cannot be used");
  credentials_.with([&](aws::Credentials& known) { known = source_(false); });
}

S3Client::~S3Client() = default;

std::unique_ptr<S3Client::Connection> S3Client::take() {
  auto connection = idle_.with([](auto& idle) -> std::unique_ptr<Connection> {
    if (idle.empty()) return nullptr;
    auto last = std::move(idle.back());
    idle.pop_back();
    return last;
  });
  return connection ? std::move(connection) : std::make_unique<Connection>();
}

S3Response S3Client::perform(const S3Request& request, const aws::Credentials& credentials,
                             std::stop_token stop) {
  const std::string path =
      "/" + address_.bucket + (request.key.empty() ? "" : "/" + aws::uri_encode(request.key, true));
  aws::ToSign to_sign{request.method, path, aws::canonical_query(request.query), request.headers,
                      request.body.empty() ? hash_of_nothing : aws::hex_sha256(request.body)};
  const std::string time = aws::amz_time(clock_.now());
  to_sign.headers["host"] = host_;
  to_sign.headers["x-amz-date"] = time;
  to_sign.headers["x-amz-content-sha256"] = to_sign.payload_hash;
  if (!credentials.token.reveal().empty()) {
    to_sign.headers["x-amz-security-token"] = credentials.token.reveal();
  }
  to_sign.headers["authorization"] = signer_.authorization(to_sign, credentials, time);
  const HeaderList headers = header_list(to_sign.headers);
  const std::string url =
      address_.server + path + (to_sign.query.empty() ? "" : "?" + to_sign.query);

  Transfer transfer{request.sink, stop, {}, nullptr};
  auto connection = take();
  Connection& c = *connection;
  c.prepare(request, url, headers.get(), transfer);
  const CURLcode code = curl_easy_perform(c.curl);
  if (code == CURLE_OK) {
    idle_.with([&](auto& idle) { idle.push_back(std::move(connection)); });
    return std::move(transfer.response);
  }
  if (transfer.thrown) std::rethrow_exception(transfer.thrown);
  if (code == CURLE_ABORTED_BY_CALLBACK) {
    throw Error(Retry::safe, "the request was stopped", Exit::interrupted);
  }
  const bool hopeless = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_URL_MALFORMAT ||
                        code == CURLE_SSL_CACERT_BADFILE;
  throw Error(hopeless ? Retry::never : Retry::safe,
              address_.server + ": " + (c.fault[0] ? c.fault : curl_easy_strerror(code)));
}

S3Response S3Client::send(const S3Request& request, std::stop_token stop) {
  const aws::Credentials before = credentials_.copy();
  S3Response response = perform(request, before, stop);
  if (!is_expired(response)) return response;
  const aws::Credentials renewed = credentials_.with([&](aws::Credentials& known) {
    // Others may have renewed them while we waited.
    const bool same = known.key == before.key && known.token.reveal() == before.token.reveal() &&
                      known.secret.reveal() == before.secret.reveal();
    if (same) known = source_(true);
    return known;
  });
  return perform(request, renewed, stop);
}

void S3Client::refuse(const S3Request& request, const S3Response& response) const {
  const auto fault = parse_fault(response.body).value_or(S3Fault{});
  const std::string& code = fault.code;
  std::string text = address_.server + " answers " + request.method + " of " + address_.bucket +
                     (request.key.empty() ? "" : "/" + printable(request.key)) + " with " +
                     std::to_string(response.status);
  if (!code.empty()) text += " " + printable(code);
  if (!fault.message.empty()) text += ": " + printable(fault.message);
  const bool patience = response.status == 503 || response.status == 429 ||
                        is_one_of(code, {"SlowDown", "RequestLimitExceeded", "TooManyRequests"});
  if (patience) throw SlowDown(text);
  if (is_one_of(code, {"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken",
                       "InvalidToken", "AuthorizationHeaderMalformed"})) {
    throw Error(Retry::never, text, Exit::authentication)
        .remedy("look at key, secret and region of this bucket");
  }
  if (code == "RequestTimeTooSkewed") {
    throw Error(Retry::never, text, Exit::authentication)
        .remedy("set the clock of this machine: it is minutes away from the server's");
  }
  const bool safe = response.status >= 500 || response.status == 408 ||
                    is_one_of(code, {"RequestTimeout", "OperationAborted", "BadDigest",
                                     "XAmzContentSHA256Mismatch", "InternalError"});
  const bool missing = code == "NoSuchBucket";
  Error error(safe ? Retry::safe : Retry::never, text);
  if (missing) throw std::move(error).remedy("make the bucket, or correct its name");
  if (response.status == 403) {
    throw std::move(error).remedy("give this key the right to it: doctor tells which");
  }
  throw error;
}

S3Response S3Client::request(const S3Request& request, const std::vector<int>& expected,
                             std::stop_token stop) {
  S3Response response = send(request, stop);
  const bool fine = response.ok() ||
                    std::find(expected.begin(), expected.end(), response.status) != expected.end();
  // A 404 may mean the object, which the caller expects, or the whole bucket.
  const bool no_bucket = response.status == 404 && !response.body.empty() &&
                         parse_fault(response.body).value_or(S3Fault{}).code == "NoSuchBucket";
  if (!fine || no_bucket) refuse(request, response);
  return response;
}

void S3Client::abandon(const S3Request& request) {
  failure_of([&] { send(request); });
}

}  // namespace hikkoshi::objects
