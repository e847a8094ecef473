using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Serving.Runtimes;

namespace Slipway.Serving.Scoring;

/// <summary>What the signature demands of an input beyond its type and shape.</summary>
internal sealed class InputRule
{
    private readonly FrozenSet<byte[]>.AlternateLookup<ReadOnlySpan<byte>>? _categories;

    private InputRule(bool isOptional, IReadOnlyList<string>? categories)
    {
        IsOptional = isOptional;
        Categories = categories;
        _categories = categories?.Select(Encoding.UTF8.GetBytes).ToFrozenSet(Utf8Comparer.Instance).GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public bool IsOptional { get; }

    public IReadOnlyList<string>? Categories { get; }

    public static InputRule Create(TensorPlan input, ModelSignature? signature)
    {
        var said = signature?.Inputs?.FirstOrDefault(known => known.Name == input.Name);
        if (said is { Optional: true } && input.ElementType != OnnxElementType.String && !input.ElementType.IsFloating())
        {
            throw SlipwayException.Invalid(
                $"The signature says that input {input} is optional; only texts and floating-point numbers can be missing.");
        }

        return new InputRule(input.IsOptional || said is { Optional: true }, input.ElementType == OnnxElementType.String ? said?.Categories : null);
    }

    public void Check(TensorPlan input, int index, ReadOnlySpan<byte> utf8)
    {
        if (_categories is not { } known || known.Contains(utf8) || (IsOptional && utf8.IsEmpty))
            return;
        var text = Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, 64)]);
        throw SlipwayException.Invalid(
            $"Input '{input.Name}', row {index / Math.Max(1, input.RowLength)}: '{text}' is none of its categories "
            + $"({string.Join(", ", Categories!.Take(10))}{(Categories!.Count > 10 ? ", …" : "")}).{Nearest.Hint(text, Categories!)}");
    }

    private sealed class Utf8Comparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static Utf8Comparer Instance { get; } = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
