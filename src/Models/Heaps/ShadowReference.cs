namespace Testbed.Models.Heaps;

/// <summary>A reference in the model: a node and words from its start, or null.</summary>
/// <param name="Node">The node; null for none.</param>
/// <param name="Inside">Words from its start.</param>
internal readonly record struct ShadowReference(ShadowNode? Node, int Inside)
{
    /// <summary>The address; 0 for null.</summary>
    internal nint Address => Node is null ? 0 : Node.Address + Inside * sizeof(long);
}
