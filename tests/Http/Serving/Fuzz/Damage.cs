using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Slipway.Http.Serving.Fuzz;

/// <summary>Changes good requests into ones that are wrong in one to three places: bytes, tokens, headers, paths, framing.</summary>
internal sealed partial class Damage(Random random)
{
    public const string LengthHeader = "Inference-Header-Content-Length";

    private static readonly string[] s_words =
    [
        "null", "true", "0", "-1", "-0", "1e400", "-1e400", "1e-400", "NaN", "Infinity", "2147483647", "2147483648", "4294967296", "9223372036854775807",
        "9223372036854775808", "18446744073709551616", "1.5", "0x10", "1e", "01", "\"\"", "\"\\ud800\"", "\"\\udc00x\"", "\"\\u0000\"", "\"\xff\"", "\"\xe2\x82\"",
        "\"inputs\"", "\"data\"", "\"\\u0069d\"", "\"\\u0069nputs\"", "\"\\ud800inputs\"", "\"@\"", "\"AA\"", "\"BYTES\"", "\"FP16\"", "\"FP64\"", "\"INT64\"", "\"BF16\"", "\"name\"", "\"shape\"",
        "[]", "{}", "[[]]", "[null]", "{\"a\":1}", "[536870912,4]", "[2147483647,2147483647]", "[1,1,1,1,1,1,1,1,1]", "[0]", "[16385]", "[-1]", "[4611686018427387904,4]",
        "\"binary_data_size\"", "\"binary_data_size\":2147483647", "{\"binary_data_size\":9223372036854775807}", "{\"classification\":3}", "\"2001-01-31T08:00:00\"", "/*x*/", ",", ":", "'",
        new string('[', 63), new string('[', 100_000), string.Concat(Enumerable.Repeat("{\"a\":", 100)), "\"" + new string('x', 100_000) + "\"",
        "[" + string.Join(',', Enumerable.Repeat("1", 20_000)) + "]",
    ];

    private static readonly (string Name, string Value)[] s_headers =
    [
        ("Content-Type", "text/csv"), ("Content-Type", "application/x-www-form-urlencoded"), ("Content-Type", "multipart/form-data; boundary=x"), ("Content-Type", ""),
        ("Content-Type", "application/json; charset=utf-16"), ("Content-Type", ";;;"), ("Content-Type", "\xff"), ("Content-Type", "application/grpc"),
        ("Content-Encoding", "gzip"), ("Content-Encoding", "br"), ("Content-Encoding", "deflate"), ("Content-Encoding", "zstd"), ("Content-Encoding", "gzip, br"), ("Content-Encoding", ""),
        ("Accept-Encoding", "gzip"), ("Accept-Encoding", "br;q=x"), ("Accept-Encoding", ",,,"), ("Accept", "text/html"), ("Expect", "100-continue"), ("Expect", "nothing"),
        (LengthHeader, "0"), (LengthHeader, "-1"), (LengthHeader, "1"), (LengthHeader, "4294967296"), (LengthHeader, "99999999999999999999"), (LengthHeader, " 7"), (LengthHeader, "x"),
        ("azureml-model-deployment", "blue"), ("azureml-model-deployment", "green"), ("azureml-model-deployment", "none"), ("azureml-model-deployment", ""), ("azureml-model-deployment", "\xfc\x01"),
        ("slipway-collect", "off"), ("slipway-collect", "\xff"), ("X-Slipway-Workspace", "nowhere"), ("X-Slipway-Workspace", "../.."), ("X-MLFLOW-WORKSPACE", "default"), ("X-Slipway-Workspace", "\xe4"),
        ("Authorization", "Bearer"), ("Authorization", "Basic \xff"), ("traceparent", "00-x"), ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ("Host", "evil.example"), ("Host", ""), ("Host", "localhost:99999"), ("Host", "["), ("Origin", "https://evil.example"), ("Origin", "\xff"),
        ("Cookie", new string('c', 9000)), ("X-Long", new string('x', 40_000)), ("Bad Name", "x"), ("", "x"), ("Upgrade", "h2c"), ("Connection", "Upgrade"), ("X-HTTP-Method-Override", "DELETE"),
        ("grpc-timeout", "1n"), ("Range", "bytes=0-1"), ("If-Match", "*"), ("Content-Length", "3"), ("Transfer-Encoding", "gzip"), ("Transfer-Encoding", "chunked"),
    ];

    private static readonly string[] s_pieces =
        ["%00", "%2f", "..", "/../", "%ff", "//", "%", "?", "?a=b&a", "#", ";", "\xe4", "%c3%a4", "99999999999999999999", "-1", "late", "infer", "@", "%0d%0a", new string('a', 5000)];

    private static readonly string[] s_methods = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "CONNECT", "X", "post"];

    private static readonly string[] s_framing = ["Content-Length", "Transfer-Encoding", "Expect", "Upgrade", "Connection"];

    public WireRequest Apply(WireRequest good)
    {
        var request = good.Copy();
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            request = random.Next(12) switch
            {
                < 5 => request with { Body = Json(request.Body) },
                5 => request with { Body = Bytes(request.Body) },
                6 => request with { Tail = Bytes(request.Tail) },
                7 or 8 => Header(request),
                9 => Path(request),
                10 => request with { Packing = Any<string?>("gzip", "br", "deflate") },
                _ => Frame(request),
            };
        }

        return request;
    }

    /// <summary>Flips, removes, repeats or inserts bytes.</summary>
    public byte[] Bytes(byte[] good)
    {
        var bytes = good.ToList();
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var at = random.Next(bytes.Count + 1);
            var some = Math.Min(random.Next(1, 9), bytes.Count - at);
            switch (random.Next(5))
            {
                case 0 when some > 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, some);
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, some));
                    break;
                case 3:
                    bytes.InsertRange(at, Any<byte[]>([0xff, 0xff, 0xff, 0xff, 0x07], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], [0, 0, 0, 0x80], [0x00], [0xff, 0xff, 0xff, 0x7f]));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }

    public T Any<T>(params ReadOnlySpan<T> all) => all[random.Next(all.Length)];

    private byte[] Json(byte[] body)
    {
        var text = Encoding.Latin1.GetString(body);
        var tokens = Tokens().Matches(text);
        if (tokens.Count == 0)
            return Encoding.Latin1.GetBytes(Any<string>(s_words));
        var first = tokens[random.Next(tokens.Count)];
        var second = tokens[random.Next(tokens.Count)];
        var changed = random.Next(4) switch
        {
            0 => text.Remove(first.Index, first.Length),
            1 => text.Insert(first.Index, second.Value),
            2 when first.Index < second.Index => text.Insert(second.Index, text[first.Index..second.Index]),
            _ => text.Remove(first.Index, first.Length).Insert(first.Index, Any<string>(s_words)),
        };
        return Encoding.Latin1.GetBytes(changed);
    }

    private WireRequest Header(WireRequest request)
    {
        var changed = request.Copy();
        if (changed.Headers.Count > 0 && random.Next(4) == 0)
            changed.Headers.Add(changed.Headers[random.Next(changed.Headers.Count)]);
        else
            changed.Headers.Add(Any<(string, string)>(s_headers));
        if (random.Next(8) == 0)
            changed.Headers.RemoveAt(random.Next(changed.Headers.Count));
        return changed with { IsCutOff = changed.IsCutOff || changed.Headers.Exists(header => s_framing.Contains(header.Name)) };
    }

    private WireRequest Path(WireRequest request) => random.Next(4) == 0
        ? request with { Method = Any<string>(s_methods), IsCutOff = true }
        : request with { Path = request.Path.Insert(random.Next(1, request.Path.Length + 1), Any<string>(s_pieces)) };

    private WireRequest Frame(WireRequest request) => random.Next(8) switch
    {
        0 => request with { Framing = body => Chunks(body, Size) },
        1 => request with { Framing = body => Chunks(body, _ => Any<string>("ZZ", "FFFFFFFFFFFFFFFF", "-1", "", "7fffffff", "0;x=y", "4 ")), IsCutOff = true },
        2 => request with { Framing = body => [.. "Content-Length: 2147483648\r\n\r\n"u8, .. body], IsCutOff = true },
        3 => request with { Framing = body => [.. "Content-Length: 66000000\r\n\r\n"u8, .. body], IsCutOff = true },
        4 => request with { Framing = body => [.. "Content-Length: 1\r\n\r\n"u8, .. body] },
        5 => request with { Framing = body => [.. "Content-Length: 1\r\nContent-Length: 2\r\n\r\n"u8, .. body], IsCutOff = true },
        6 => request with { Framing = body => [.. "Transfer-Encoding: chunked\r\n"u8, .. WireRequest.Plain(body)], IsCutOff = true },
        _ => request with { Framing = body => WireRequest.Plain(body)[..^Math.Min(body.Length, random.Next(1, 20))], IsCutOff = true },
    };

    private static string Size(int length) => length.ToString("x", CultureInfo.InvariantCulture);

    private byte[] Chunks(byte[] body, Func<int, string> size)
    {
        using var all = new MemoryStream();
        all.Write("Transfer-Encoding: chunked\r\n\r\n"u8);
        for (var at = 0; at < body.Length;)
        {
            var some = Math.Min(random.Next(1, 200), body.Length - at);
            all.Write(Encoding.ASCII.GetBytes(size(some) + "\r\n"));
            all.Write(body, at, some);
            all.Write("\r\n"u8);
            at += some;
        }

        all.Write("0\r\n\r\n"u8);
        return all.ToArray();
    }

    [GeneratedRegex("""
        "(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[\[\]{},:]
        """)]
    private static partial Regex Tokens();
}
