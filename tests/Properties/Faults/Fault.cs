using Testbed.Models.Heaps;

namespace Testbed.Properties.Faults;

/// <summary>How a collection goes wrong.</summary>
internal enum FaultKind
{
    /// <summary>A node that is reachable is freed, and so may its neighbours be.</summary>
    FreesLiveNode,

    /// <summary>A node that was reachable before this collection is kept.</summary>
    KeepsGarbage,

    /// <summary>The last word of a node that is reachable changes.</summary>
    OverwritesLastWord,
}

/// <summary>What a faulty collection does, and to which nodes.</summary>
internal sealed record Fault(FaultKind Kind, Func<ShadowNode, bool> Concerns);
