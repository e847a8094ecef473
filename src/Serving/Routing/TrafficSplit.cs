using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Serving.Routing;

/// <summary>Deployments of one model behind an endpoint, and how much of the traffic each gets.</summary>
internal sealed class TrafficSplit
{
    private readonly ServedDeployment[] _deployments;
    private readonly int[] _ends;

    public TrafficSplit(IReadOnlyList<ServedDeployment> deployments, IReadOnlyDictionary<string, int> traffic)
    {
        _deployments = [.. deployments];
        _ends = new int[_deployments.Length];
        for (var i = 0; i < _deployments.Length; i++)
            Total = _ends[i] = Total + traffic.GetValueOrDefault(_deployments[i].Definition.Name);
    }

    /// <summary>The percents together; under 100 where other models have the rest.</summary>
    public int Total { get; }

    public IReadOnlyList<ServedDeployment> Deployments => _deployments;

    /// <param name="draw">From 0 to <see cref="Total"/>, exclusive.</param>
    public ServedDeployment Pick(int draw)
    {
        var i = 0;
        while (_ends[i] <= draw)
            i++;
        return _deployments[i];
    }

    /// <summary>
    /// The same deployment for the same key, each with its share of the keys: weighted rendezvous hashing, by which a change of
    /// the shares moves only the keys that it has to (Schindelhauer and Schomaker, Weighted Distributed Hash Tables, 2005).
    /// </summary>
    public ServedDeployment PickFor(string endpoint, string key)
    {
        var (best, chosen) = (double.NegativeInfinity, 0);
        for (var i = 0; i < _deployments.Length; i++)
        {
            var weight = _ends[i] - (i == 0 ? 0 : _ends[i - 1]);
            if (weight == 0)
                continue;
            var score = -weight / Math.Log(Draw($"{endpoint}\n{_deployments[i].Definition.Name}\n{key}"));
            if (score > best)
                (best, chosen) = (score, i);
        }

        return _deployments[chosen];
    }

    // Between 0 and 1, both exclusive; the same in every process and version.
    private static double Draw(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return ((BinaryPrimitives.ReadUInt64LittleEndian(hash) >> 12) + 0.5) * Math.ScaleB(1, -52);
    }
}
