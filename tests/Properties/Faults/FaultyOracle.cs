using Testbed.Models.Heaps;
using Testbed.Models.Oracles;
using Testbed.Sync;

namespace Testbed.Properties.Faults;

/// <summary>An oracle that spoils the heap at the end of marking, as a collector with a bug would.</summary>
/// <typeparam name="TSync">The engine.</typeparam>
/// <param name="shadow">The model.</param>
/// <param name="fault">What it does.</param>
internal sealed unsafe class FaultyOracle<TSync>(ShadowHeap shadow, Fault fault) : ShadowOracle<TSync>(shadow)
    where TSync : struct, ISync
{
    private readonly List<ShadowNode> _known = [];

    public override void MarkEnded()
    {
        List<ShadowNode> reachable = Shadow.FindReachable();
        foreach (ShadowNode node in reachable.Where(fault.Concerns))
        {
            Spoil(node);
        }

        if (fault.Kind == FaultKind.KeepsGarbage)
        {
            foreach (ShadowNode node in _known.Where(fault.Concerns).Where(node => !reachable.Contains(node)))
            {
                World.Heap.Bitmap.SetMark(node.Address);
            }
        }

        _known.Clear();
        _known.AddRange(reachable);
        base.MarkEnded();
    }

    private void Spoil(ShadowNode node)
    {
        switch (fault.Kind)
        {
            case FaultKind.FreesLiveNode:
                World.Heap.Bitmap.ClearMarks(node.Address, node.Address + 1);
                break;
            case FaultKind.OverwritesLastWord:
                long* word = (long*)node.Address + node.Shape.TotalWords - 1;
                TSync.Write(word, TSync.Read(word) ^ 1);
                break;
            default:
                break;
        }
    }
}
