using System.Text;
using Slipway.Kernel;
using Slipway.Statistics.Drift;

namespace Slipway.Statistics.Profiles;

/// <summary>The bins of a column as bytes: what differs by a byte is another layout.</summary>
internal static class AnswerLayout
{
    private const int Most = 4096;

    public static byte[] Write(FeatureProfile layout)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        if (layout.Type == FeatureType.Numeric)
        {
            writer.Write7BitEncodedInt(layout.Edges.Count);
            foreach (var edge in layout.Edges)
                writer.Write(edge);
        }
        else
        {
            writer.Write7BitEncodedInt(layout.Categories.Count);
            foreach (var category in layout.Categories)
                writer.Write(category);
        }

        writer.Flush();
        return bytes.ToArray();
    }

    public static FeatureProfile Read(string name, FeatureType type, ReadOnlySpan<byte> layout)
    {
        var stored = new StoredBytes(layout);
        var count = stored.ReadLength(Most);
        try
        {
            if (type == FeatureType.Numeric)
            {
                var edges = new double[count];
                for (var i = 0; i < count; i++)
                    edges[i] = stored.ReadDouble();
                return FeatureProfile.Numeric(name, edges, null, 0);
            }

            var categories = new string[count];
            for (var i = 0; i < count; i++)
                categories[i] = Encoding.UTF8.GetString(stored.ReadText());
            return FeatureProfile.Categorical(name, categories, null, 0, 0);
        }
        catch (SlipwayException wrong)
        {
            throw new InvalidDataException(wrong.Message, wrong);
        }
    }
}
