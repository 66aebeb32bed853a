using Testbed.Sync;
namespace Testbed.Collector;
#pragma warning disable
public readonly record struct HeapStatistics(long A);
public readonly struct TypeId { }
public sealed record TypeShape(string Name, int Size, params int[] Offsets);
internal enum AllocationKind { Typed, Conservative, NoScan }
internal sealed unsafe class TypeTable<TSync> where TSync : struct, ISync { public TypeId Register(TypeShape s) => default; public TypeInfo* this[TypeId t] => null; public void Dispose() { } }
internal sealed unsafe class Heap<TSync> where TSync : struct, ISync { public Heap(WorldOptions o) { } public ThreadCache* CreateCache() => null; public bool TriggerReached => false; public nint TryAllocate(ThreadCache* c, nuint b, TypeInfo* t, AllocationKind k) => 0;
 public void MergeCacheStatistics() { } public long AllocatedBytes => 0; public int SpanCount => 0; public void SetTrigger() { } public HeapStatistics ReadStatistics() => default; public bool IsWithinObject(nint t, nint a, int s) => true; public void Dispose() { } }
internal sealed unsafe class Marker<TSync> where TSync : struct, ISync { public Marker(WorldOptions o, Heap<TSync> h, AllGoroutines<TSync> a, Globals<TSync> g) { } public void Setup(int w, long n) { } public void Run(int w) { } public long RootJobs => 0; public void Dispose() { } }
internal sealed unsafe class Sweeper<TSync> where TSync : struct, ISync { public Sweeper(Heap<TSync> h) { } public void SweepSpan(int i, ThreadCache* c) { } }
