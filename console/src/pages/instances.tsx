import { Page } from "../parts/page";
export default function Instances() {
  return <Page title="Instances">soon</Page>;
}
