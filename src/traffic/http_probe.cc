#include "traffic/http_probe.h"

#include <algorithm>
#include <memory>

#include <curl/curl.h>
#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace hikkoshi::traffic {

namespace {

constexpr size_t largest_response = 16 << 20;

size_t take(char* bytes, size_t size, size_t count, void* into) {
  auto& body = *static_cast<std::string*>(into);
  if (body.size() + size * count > largest_response) return 0;
  body.append(bytes, size * count);
  return size * count;
}

void require_sendable(const std::string& text, const char* what) {
  bool plain = !text.empty() && std::all_of(text.begin(), text.end(),
                                            [](unsigned char c) { return c > ' ' && c != 0x7f; });
  if (!plain)
    throw Error(Retry::never, fmt::format("'{}' cannot be sent as {}", printable(text), what));
}

}  // namespace

Response get(const Endpoint& server, const std::string& host_header, const std::string& path,
             Millis timeout) {
  require_sendable(path, "a path");
  require_sendable(host_header, "a Host header");
  if (path[0] != '/') throw Error(Retry::never, fmt::format("'{}' is no path", path));
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), curl_easy_cleanup);
  if (ready != CURLE_OK || !curl) throw Error(Retry::never, "libcurl cannot be used");
  std::string header = "Host: " + host_header;
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(
      curl_slist_append(nullptr, header.c_str()), curl_slist_free_all);
  std::string url = "http://" + server.text() + path;
  Response response;
  char fault[CURL_ERROR_SIZE] = "";
  auto set = [&](CURLoption option, auto value) {
    if (curl_easy_setopt(curl.get(), option, value) != CURLE_OK)
      throw Error(Retry::never, fmt::format("libcurl does not take option {}", int(option)));
  };
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_HTTPHEADER, headers.get());
  set(CURLOPT_PROTOCOLS_STR, "http");
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_TIMEOUT_MS, long(timeout.count()));
  set(CURLOPT_ERRORBUFFER, fault);
  set(CURLOPT_WRITEFUNCTION, take);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&response.body));
  CURLcode code = curl_easy_perform(curl.get());
  if (code == CURLE_WRITE_ERROR)
    throw Error(Retry::never, fmt::format("{} answers with more than 16 MiB", url));
  if (code != CURLE_OK)
    throw Error(Retry::safe, fmt::format("no answer from {}: {}", url,
                                         *fault ? fault : curl_easy_strerror(code)));
  long status = 0;
  curl_off_t microseconds = 0;
  const char* type = nullptr;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(curl.get(), CURLINFO_TOTAL_TIME_T, &microseconds);
  curl_easy_getinfo(curl.get(), CURLINFO_CONTENT_TYPE, &type);
  response.status = int(status);
  response.took = Millis(microseconds / 1000);
  response.content_type = type ? type : "";
  return response;
}

}  // namespace hikkoshi::traffic
