using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Kernel;

namespace Slipway.Data;

/// <summary>The name of a content: "sha256:" and 64 lower-case hexadecimal digits, as OCI writes it. The default is invalid.</summary>
[JsonConverter(typeof(DigestJsonConverter))]
public readonly record struct Digest
{
    private const string Prefix = "sha256:";

    private static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789abcdef");

    private readonly string? _hex;

    private Digest(string hex) => _hex = hex;

    public string Hex => _hex ?? throw new InvalidOperationException("default(Digest) names nothing.");

    public static Digest Parse(string text) => TryParse(text, out var digest)
        ? digest
        : throw SlipwayException.Invalid(
            $"'{(text.Length <= 80 ? text : text[..77] + "...")}' is not a digest: 'sha256:' and 64 lower-case hexadecimal digits.");

    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest)
    {
        digest = default;
        if (text is null || !text.StartsWith(Prefix, StringComparison.Ordinal) || !IsHex(text.AsSpan(Prefix.Length)))
            return false;

        digest = new Digest(text[Prefix.Length..]);
        return true;
    }

    /// <summary>The digest of these bytes.</summary>
    public static Digest Of(ReadOnlySpan<byte> content) => OfHash(SHA256.HashData(content));

    public override string ToString() => Prefix + Hex;

    /// <summary>The digest that a SHA-256 is.</summary>
    public static Digest OfHash(ReadOnlySpan<byte> hash) => new(Convert.ToHexStringLower(hash));

    internal static bool TryParseHex(string hex, out Digest digest)
    {
        digest = IsHex(hex) ? new Digest(hex) : default;
        return digest._hex is not null;
    }

    private static bool IsHex(ReadOnlySpan<char> text) =>
        text.Length == 64 && !text.ContainsAnyExcept(s_hex);

    public sealed class DigestJsonConverter : JsonConverter<Digest>
    {
        public override Digest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TryParse(reader.GetString(), out var digest) ? digest : throw new JsonException("This is not a digest.");

        public override void Write(Utf8JsonWriter writer, Digest value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}

/// <summary>A stored content: its name and its length in bytes.</summary>
public sealed record Blob(Digest Digest, long Size);
