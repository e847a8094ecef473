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
}
